import { randomBytes } from 'node:crypto';
import type { Ids } from '../../ports/ids.ts';

/** Ids that sort by the time they were made: milliseconds and chance, in base 36. */
export const systemIds: Ids = {
  next: (prefix) =>
    `${prefix}_${Date.now().toString(36)}${randomBytes(5).readUIntBE(0, 5).toString(36).padStart(8, '0')}`,
  secret: () => randomBytes(16).toString('base64url'),
};

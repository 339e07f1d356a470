import { randomBytes } from 'node:crypto';

/** Begins with the time, so that ids sort and people can tell them apart. */
export const newRunId = (nowMs: number): string =>
  `${new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(3).toString('hex')}`;

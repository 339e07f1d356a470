import { createReadStream } from 'node:fs';
import type { GoldenSource } from './text-lines.ts';

export const goldenFile = (path: string): GoldenSource => ({
  name: path,
  open: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
});

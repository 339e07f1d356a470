import { randomFillSync } from 'node:crypto';

const DRAW_BYTES = 6;
const pool = Buffer.alloc(DRAW_BYTES * 680);
let offset = pool.length;

/** A number in [0, 1) from the system's cryptographic source, 48 bits of it; bytes are fetched in batches. */
export function draw(): number {
  if (offset === pool.length) {
    randomFillSync(pool);
    offset = 0;
  }
  const value = pool.readUIntBE(offset, DRAW_BYTES);
  offset += DRAW_BYTES;
  return value / 2 ** 48;
}

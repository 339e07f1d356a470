import { hash } from 'node:crypto';

/** Digits of an invocation id up to its counter. The rest names the release that was drawn, which must play no part here. */
const DIGITS = 24;

/**
 * Whether an invocation is in a sample of `share` (0 to 1). It depends on nothing but purpose and id, and the id was given
 * before anything was known of the answer; the same invocation gets the same draw whatever its track.
 */
export function isSampled(
  purpose: 'checks' | 'judge' | 'capture',
  invocation: string,
  share: number,
): boolean {
  if (share >= 1) return true;
  const place =
    hash('sha256', `${purpose}\0${invocation.slice(0, DIGITS)}`, 'buffer').readUIntBE(0, 6) / 2 ** 48;
  return place < share;
}

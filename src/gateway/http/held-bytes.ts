/**
 * Of all bodies that are being read, in this process. Slow uploads of many clients would hold a megabyte each otherwise;
 * beyond this a body passes through as if it were too long to be kept.
 */
const HELD_BYTES_AT_MOST = 256 * 1024 * 1024;
let heldBytes = 0;

/** Takes them into account, whatever it says; false when it is too much altogether. */
export function canHold(bytes: number): boolean {
  heldBytes += bytes;
  return heldBytes <= HELD_BYTES_AT_MOST;
}

export function letGo(bytes: number): void {
  heldBytes -= bytes;
}

import { hash } from 'node:crypto';

/**
 * Where a sticky key stands between 0 and 1. It depends on nothing but salt and key, so the same key stands at the same
 * place in every gateway, and a growing share only ever takes keys in.
 */
export function placeOfKey(salt: string, key: string): number {
  return hash('sha256', `${salt}\0${key}`, 'buffer').readUIntBE(0, 6) / 2 ** 48;
}

/** The track for a request whose place (of its key, or a fresh draw) is in [0, 1), at a candidate share of 0 to 1. */
export function assign(place: number, candidateShare: number): 'stable' | 'candidate' {
  return place < candidateShare ? 'candidate' : 'stable';
}

import { hash } from 'node:crypto';

/**
 * Everything that is decided about a sticky key within one rollout. The bytes of a digest are independent of each other, so
 * what one part of it decides says nothing about what another part does.
 */
export const digestOfKey = (salt: string, key: string): Buffer => hash('sha256', `${salt}\0${key}`, 'buffer');

/**
 * Where a sticky key stands between 0 and 1. It depends on nothing but salt and key, so the same key stands at the same
 * place in every gateway, and a growing share only ever takes keys in.
 */
export const placeOf = (digest: Buffer): number => digest.readUIntBE(0, 6) / 2 ** 48;

/** Names the key in 48 bits, evenly spread: below 2^48 times p with probability p. */
export const idOf = (digest: Buffer): number => digest.readUIntBE(6, 6);

/** Which of some processes counts the key. */
export const shardOf = (digest: Buffer, processes: number): number => digest.readUInt32BE(12) % processes;

export const placeOfKey = (salt: string, key: string): number => placeOf(digestOfKey(salt, key));

/** The track for a request whose place (of its key, or a fresh draw) is in [0, 1), at a candidate share of 0 to 1. */
export function assign(place: number, candidateShare: number): 'stable' | 'candidate' {
  return place < candidateShare ? 'candidate' : 'stable';
}

import { hash, randomBytes } from 'node:crypto';
import { fromBase32, PAIRS } from './base32-pairs.ts';

/**
 * What an invocation id says: 32 digits of Crockford's base 32, sorting by time. Ten digits of time, ten of the boot
 * of the process that took the request (the first two from the environment), four of a counter, two of the slot that
 * names the release in that process, six of a seal that only this process can make.
 */
export interface InvocationParts {
  readonly atMs: number;
  readonly boot: string;
  readonly count: number;
  readonly slot: number;
}

export interface InvocationIds {
  readonly boot: string;
  next(atMs: number, slot: number): string;
  /** True for an id that this very process handed out. */
  isOurs(id: string): boolean;
}

const LENGTH = 32;
export const SLOTS = 1024;
const COUNTS = 2 ** 20;

const pairOf = (bytes: Buffer, offset: number): string => PAIRS[bytes.readUInt16BE(offset) & 1023]!;

const tagOf = (environment: string): string => pairOf(hash('sha256', environment, 'buffer'), 0);

/** A fresh name for one run of one gateway process; its first digits follow from the environment. */
export function newBoot(environment: string): string {
  const bytes = randomBytes(8);
  return `${tagOf(environment)}${pairOf(bytes, 0)}${pairOf(bytes, 2)}${pairOf(bytes, 4)}${pairOf(bytes, 6)}`;
}

/** False means that this boot certainly belongs to another environment; true is right 1023 times in 1024. */
export const bootIsOf = (boot: string, environment: string): boolean => boot.startsWith(tagOf(environment));

export function openInvocationIds(boot: string): InvocationIds {
  const secret = randomBytes(16).toString('hex');
  let count = 0;
  let prefixAtMs = -1;
  let prefix = '';

  const seal = (body: string): string => {
    const digest = hash('sha256', secret + body, 'buffer');
    return pairOf(digest, 0) + pairOf(digest, 2) + pairOf(digest, 4);
  };

  return {
    boot,
    next(atMs, slot) {
      if (atMs !== prefixAtMs) {
        prefixAtMs = atMs;
        prefix = timeDigits(atMs) + boot;
      }
      count = (count + 1) % COUNTS;
      const body = prefix + PAIRS[count >>> 10]! + PAIRS[count & 1023]! + PAIRS[slot & 1023]!;
      return body + seal(body);
    },
    isOurs(id) {
      return id.length === LENGTH && id.slice(10, 20) === boot && seal(id.slice(0, 26)) === id.slice(26);
    },
  };
}

/** Null for anything that no gateway can have handed out. */
export function parseInvocationId(id: string): InvocationParts | null {
  if (id.length !== LENGTH || fromBase32(id.slice(26)) === null) return null;
  const atMs = fromBase32(id.slice(0, 10));
  const count = fromBase32(id.slice(20, 24));
  const slot = fromBase32(id.slice(24, 26));
  const boot = id.slice(10, 20);
  if (atMs === null || count === null || slot === null || fromBase32(boot) === null) return null;
  return { atMs, boot, count, slot };
}

function timeDigits(atMs: number): string {
  const high = Math.floor(atMs / 2 ** 20);
  const low = atMs % 2 ** 20;
  return (
    PAIRS[(high >>> 20) & 1023]! +
    PAIRS[(high >>> 10) & 1023]! +
    PAIRS[high & 1023]! +
    PAIRS[low >>> 10]! +
    PAIRS[low & 1023]!
  );
}

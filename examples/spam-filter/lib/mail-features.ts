import type { MailText } from './mail-text.ts';

/** A sparse row: `indices` are distinct and ascending, `values` belong to them one by one. */
export interface SparseRow {
  indices: Int32Array;
  values: Float32Array;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const SUBJECT_SEED = 0x5bd1e995;
const MIN_WORD_LENGTH = 2;
const MAX_WORD_LENGTH = 24;

/**
 * Hashes the words of a mail into `hashSize` buckets (a power of two). The same function feeds training and serving, so the
 * two cannot disagree. A word counts once however often it is repeated; words of the subject have buckets of their own.
 * The row has Euclidean length 1, so a long mail is not louder than a short one.
 */
export function mailFeatures(text: MailText, hashSize: number): SparseRow {
  const buckets = new Set<number>();
  hashWords(text.subject, SUBJECT_SEED, hashSize - 1, buckets);
  hashWords(text.body, FNV_OFFSET, hashSize - 1, buckets);
  const indices = Int32Array.from(buckets).sort();
  const values = new Float32Array(indices.length).fill(
    indices.length === 0 ? 0 : 1 / Math.sqrt(indices.length),
  );
  return { indices, values };
}

/** FNV-1a (32 bit) over lower-cased words; digits are folded into one, so that order numbers look alike. */
function hashWords(text: string, seed: number, mask: number, buckets: Set<number>): void {
  let hash = seed;
  let length = 0;
  for (let at = 0; at <= text.length; at++) {
    const symbol = at < text.length ? foldedSymbol(text.charCodeAt(at)) : 0;
    if (symbol !== 0) {
      if (length < MAX_WORD_LENGTH) hash = Math.imul(hash ^ symbol, FNV_PRIME);
      length++;
    } else if (length > 0) {
      if (length >= MIN_WORD_LENGTH) buckets.add((hash ^ (hash >>> 15)) & mask);
      hash = seed;
      length = 0;
    }
  }
}

/** The code a character hashes as, or 0 if it ends a word. */
function foldedSymbol(code: number): number {
  if (code >= 97 && code <= 122) return code;
  if (code >= 65 && code <= 90) return code + 32;
  if (code >= 48 && code <= 57) return 48;
  if (code === 33 || code === 36 || code === 39 || code === 45) return code;
  return code >= 128 ? code : 0;
}

import type { Verified } from './verify-token.ts';

/** Tokens that were found to be good, under their digests, so that each is verified once and none is kept itself. */
export interface VerifiedTokens {
  /** Null for one that is not there or has expired. */
  get(digest: string, nowMs: number): Kept | null;
  add(digest: string, kept: Kept): void;
  /** Of one issuer; all of them. */
  forget(issuer: string): void;
  size(): number;
}

export interface Kept {
  readonly verified: Verified;
  readonly issuer: string;
  readonly isForwarded: boolean;
  /** Of the token, which what is kept of it does not exceed by much. */
  readonly length: number;
}

/** Beyond either bound the ones that came first go; who still uses them is verified anew. */
export function openVerifiedTokens(spec: {
  readonly countAtMost: number;
  readonly lengthAtMost: number;
}): VerifiedTokens {
  const byDigest = new Map<string, Kept>();
  let length = 0;
  const remove = (digest: string, kept: Kept): void => {
    byDigest.delete(digest);
    length -= kept.length;
  };
  return {
    get(digest, nowMs) {
      const kept = byDigest.get(digest);
      if (kept === undefined) return null;
      if (nowMs < kept.verified.expiresAtMs) return kept;
      remove(digest, kept);
      return null;
    },
    add(digest, kept) {
      const before = byDigest.get(digest);
      if (before !== undefined) remove(digest, before);
      byDigest.set(digest, kept);
      length += kept.length;
      for (const [oldest, one] of byDigest) {
        if (byDigest.size <= spec.countAtMost && length <= spec.lengthAtMost) return;
        remove(oldest, one);
      }
    },
    forget(issuer) {
      for (const [digest, kept] of byDigest) if (kept.issuer === issuer) remove(digest, kept);
    },
    size: () => byDigest.size,
  };
}

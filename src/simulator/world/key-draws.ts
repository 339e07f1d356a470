/** What one request of a sticky key says about the coin that decided its track. */
export type KeyDraw =
  /** First request of the key in this rollout. */
  | { readonly kind: 'first' }
  /** It had stayed with stable; when the share grew the coin was tossed again, with this probability. */
  | { readonly kind: 'again'; readonly candidateShare: number }
  /** Nothing was decided about it since it was counted last. */
  | { readonly kind: 'counted' };

/** Remembers under which share each key was decided about last. */
export interface KeyDraws {
  draw(key: number, track: 'stable' | 'candidate', candidateShare: number): KeyDraw;
}

const counted: KeyDraw = { kind: 'counted' };
const first: KeyDraw = { kind: 'first' };

/**
 * A key stands at a fixed place between 0 and 1 and belongs to the candidate while the share is greater. So one that stayed with
 * stable at share v moves on at share w with the probability (w - v) / (1 - v), whatever it did before.
 */
export const openKeyDraws = (): KeyDraws => {
  const shares = new Map<number, number>();
  const onCandidate = new Set<number>();
  return {
    draw(key, track, candidateShare) {
      const before = shares.get(key);
      const isNews = before === undefined || (candidateShare > before && !onCandidate.has(key));
      if (!isNews) return counted;
      shares.set(key, candidateShare);
      if (track === 'candidate') onCandidate.add(key);
      if (before === undefined) return first;
      return { kind: 'again', candidateShare: (candidateShare - before) / (1 - before) };
    },
  };
};

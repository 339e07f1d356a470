/**
 * A few heavy users can carry far more of the requests to the candidate than its share says, when each user keeps one release. This
 * keeps the share of requests within bounds, whatever the draw of the keys.
 */
export interface ShareCeiling {
  /**
   * True while one more request to the candidate would lift its part of the newest requests above the ceiling. Says nothing about
   * whose request it is; ask before the track is drawn.
   */
  binds(rollout: string, candidateShare: number, nowMs: number): boolean;
  /** A request went to this track. To be told after `binds`, once for each request. */
  count(rollout: string, isCandidate: boolean): void;
  /** Forgets every other rollout. */
  retain(rollouts: ReadonlySet<string>): void;
}

export const CEILING_WINDOW_MS = 10_000;
/** Fewer requests than that in the window say nothing about a share. */
export const CEILING_REQUESTS_AT_LEAST = 200;

/** Highest part of the requests that a candidate share of 0 to 1 may come to. */
export const ceilingOf = (candidateShare: number): number =>
  Math.max(2 * candidateShare, candidateShare + 0.01);

const SLICES = 20;
const SLICE_MS = CEILING_WINDOW_MS / SLICES;

interface Recent {
  readonly candidateShare: number;
  /** Counts by slice of time, in a ring. */
  readonly all: Uint32Array;
  readonly candidate: Uint32Array;
  /** Number of the newest slice since the start of the clock. */
  slice: number;
  sumOfAll: number;
  sumOfCandidate: number;
}

export function openShareCeiling(): ShareCeiling {
  const byRollout = new Map<string, Recent>();

  const recentOf = (rollout: string, candidateShare: number, slice: number): Recent => {
    const present = byRollout.get(rollout);
    // What was sent under another share says nothing about this one.
    if (present?.candidateShare === candidateShare) return present;
    const fresh: Recent = {
      candidateShare,
      all: new Uint32Array(SLICES),
      candidate: new Uint32Array(SLICES),
      slice,
      sumOfAll: 0,
      sumOfCandidate: 0,
    };
    byRollout.set(rollout, fresh);
    return fresh;
  };

  const moveTo = (recent: Recent, slice: number): void => {
    const steps = Math.min(slice - recent.slice, SLICES);
    for (let step = 1; step <= steps; step += 1) {
      const at = (recent.slice + step) % SLICES;
      recent.sumOfAll -= recent.all[at]!;
      recent.sumOfCandidate -= recent.candidate[at]!;
      recent.all[at] = 0;
      recent.candidate[at] = 0;
    }
    recent.slice = slice;
  };

  return {
    binds(rollout, candidateShare, nowMs) {
      const slice = Math.floor(nowMs / SLICE_MS);
      const recent = recentOf(rollout, candidateShare, slice);
      if (slice > recent.slice) moveTo(recent, slice);
      return (
        recent.sumOfAll >= CEILING_REQUESTS_AT_LEAST &&
        recent.sumOfCandidate + 1 > ceilingOf(candidateShare) * (recent.sumOfAll + 1)
      );
    },
    count(rollout, isCandidate) {
      const recent = byRollout.get(rollout);
      if (recent === undefined) return;
      const at = recent.slice % SLICES;
      recent.all[at]! += 1;
      recent.sumOfAll += 1;
      if (!isCandidate) return;
      recent.candidate[at]! += 1;
      recent.sumOfCandidate += 1;
    },
    retain(rollouts) {
      for (const rollout of byRollout.keys()) if (!rollouts.has(rollout)) byRollout.delete(rollout);
    },
  };
}

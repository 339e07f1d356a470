import type { TrackCounts } from '../traffic.ts';
import type { Cohort } from './cohort.ts';
import type { Pair } from './pair.ts';

/** What is known of one request, for each guard. A `shadow` is the mirrored half of a pair and counts only there. */
export interface Outcome {
  readonly cohort: Cohort;
  readonly track: 'stable' | 'candidate' | 'shadow';
  /** Counts for its sticky key as well. */
  readonly isFirstOfKey: boolean;
  startedAtMs: number;
  /** Guards that it counts as started in, one bit each. */
  begun: number;
  /** The part of `begun` that has no outcome yet. */
  open: number;
  /** The part of `open` whose early outcome is still to come. */
  young: number;
  isBad: boolean;
  pair: Pair | null;
  /** Set when feedback may still come. */
  invocation: string | null;
  /** Whose answer the user saw. */
  answeredBy: TrackCounts | null;
  /** The authenticated key that it came with. */
  keyId: string | null;
}

/** Begun in no guard yet. */
export function unsettled(
  cohort: Cohort,
  track: Outcome['track'],
  startedAtMs: number,
  isFirstOfKey: boolean,
): Outcome {
  return {
    cohort,
    track,
    isFirstOfKey,
    startedAtMs,
    begun: 0,
    open: 0,
    young: 0,
    isBad: false,
    pair: null,
    invocation: null,
    answeredBy: null,
    keyId: null,
  };
}

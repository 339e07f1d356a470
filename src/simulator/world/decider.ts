import type { TrafficEvent } from './traffic-event.ts';

export type Look =
  | 'hold'
  | 'rollback'
  /** The next stage was entered just now; `share()` says how much it gets. */
  | 'advance'
  | 'complete'
  /** It waits for a person; the simulation ends here. */
  | 'pause';

/**
 * A way to conduct a rollout: Tidegate's own, or somebody else's. It learns of the traffic only through `observe`, and of
 * the time only through the events and `look`.
 */
export interface Decider {
  /** Probability of the candidate for the next request, 0 to 1. */
  share(): number;
  /** Probability that a request of stable is also sent to the candidate. Absent: 0. */
  mirrorShare?(): number;
  /** Index of the present stage, for the report. Absent: counted from the `advance`s. */
  stage?(): number;
  observe(event: TrafficEvent): void;
  /** Called at multiples of `lookEveryMs` after every event up to then was observed. */
  look(atMs: number): Look;
}

/** How patiently replicas are watched; the defaults are what `up` uses. */
export interface SupervisionTiming {
  /** Between probes until the first that succeeds. */
  readonly probeWhileStartingMs: number;
  readonly probeWhileRunningMs: number;
  readonly probeTimeoutMs: number;
  /** Failed probes in a row after which a ready replica is unready. */
  readonly missesAllowed: number;
  readonly firstBackOffMs: number;
  readonly longestBackOffMs: number;
  /** Ready for this long: the next back-off is the first again. */
  readonly steadyAfterMs: number;
  /** Starts that end (or are refused) without ever being ready before a slot is given up. */
  readonly fruitlessStarts: number;
  /** Starts that run out of time without ever being ready before a slot is given up. */
  readonly fruitlessWaits: number;
}

export const defaultTiming: SupervisionTiming = {
  probeWhileStartingMs: 200,
  probeWhileRunningMs: 1_000,
  probeTimeoutMs: 2_000,
  missesAllowed: 3,
  firstBackOffMs: 200,
  longestBackOffMs: 30_000,
  steadyAfterMs: 60_000,
  fruitlessStarts: 5,
  fruitlessWaits: 3,
};

/** How the service of these tests behaves; everything that is not said is as it should be. */
export interface Behaviour {
  /** Part of each answer, so that two releases can be told apart. */
  readonly answers?: string;
  /** The readiness probe never succeeds. */
  readonly isNeverReady?: boolean;
  readonly exitsAtStart?: boolean;
  /** A replica exits at its so-manieth request. */
  readonly exitsAfterRequests?: number;
  /** So many requests of each replica go well before `exits`, `hangs` and `errorShare` begin. */
  readonly healthyRequests?: number;
  /** Never answers. */
  readonly hangs?: boolean;
  /** Share of requests answered with 500. */
  readonly errorShare?: number;
  readonly delayMs?: number;
  readonly floodsBytesASecond?: number;
  readonly ignoresSigterm?: boolean;
  /** Writes a line with the time of each answer that is a failure. */
  readonly logsFailures?: boolean;
}

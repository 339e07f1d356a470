/** How inference requests of the Open Inference Protocol are put together. */
export interface BatchingPolicy {
  /** Most rows (sum of the first dimensions) that are sent as one request. */
  readonly rowsAtMost: number;
  /** How long a request waits for others. */
  readonly waitMs: number;
  /** While a candidate is on the routes: the part of the requests that is sent alone and is evidence, above 0 to 1. */
  readonly evidenceShare: number;
}

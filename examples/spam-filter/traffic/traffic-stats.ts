/** What happened to the requests one release answered. */
export interface ReleaseStats {
  /** Answers with a label. */
  answered: number;
  /** Of those: the label was the true one. */
  correct: number;
  /** Of those: it was not. */
  wrong: number;
  /** Answers that carried no label: any status but 200, or a body that is not an inference response. */
  errors: number;
}

/** Totals since the start. Times are in ms; a quantile is undefined before the first measurement. */
export interface TrafficStats {
  sent: number;
  /** Requests with any HTTP answer. */
  answered: number;
  /** Requests without one: refused, reset or timed out. */
  connectionErrors: number;
  /** Sent and not yet answered. */
  pending: number;
  /** By the response header `tidegate-release`; `unknown` where it is missing. */
  byRelease: Record<string, ReleaseStats>;
  /** Answers by HTTP status. */
  byStatus: Record<string, number>;
  /** From the moment a request was due, not from when it was sent, to the end of its answer: a stalled sender hides nothing. */
  latency: { p50Ms: number | undefined; p99Ms: number | undefined };
  /** How much later than due requests were handed to the network. */
  lateness: { p50Ms: number | undefined; p99Ms: number | undefined };
  /** Reports of the true label: accepted, and refused or failed. */
  feedback: { accepted: number; failed: number };
}

/** Which requests of a service may be answered without asking a release, and for how long. */
export interface CachePolicy {
  /** How long an answer may be given again; 0: nothing is kept. */
  readonly ttlMs: number;
  /** Of all kept answers of the service, in each gateway process. */
  readonly bytesAtMost: number;
  readonly entryBytesAtMost: number;
  /** Counts for plain HTTP; the inference protocols say themselves which requests ask for an answer. */
  readonly methods: readonly ('GET' | 'POST')[];
  /** Exact paths, or what they begin with where they end in `*`. Absent: those that the protocol is for. */
  readonly paths?: readonly string[];
  /** Request headers, in lower case, that answers depend on beside those that always tell requests apart. Absent: all that travel on. */
  readonly vary?: readonly string[];
  /** `key`: what one API key was answered is given to no other. */
  readonly scope: 'key' | 'shared';
  /** OpenAI-compatible requests only at temperature 0, with a seed, or for embeddings. */
  readonly isDeterministicOnly: boolean;
  readonly hasStreams: boolean;
  /** A request waits for the answer to the same request that is under way. */
  readonly isCoalescing: boolean;
  /** While a candidate is on the routes: the part of the requests that is asked anew and is evidence, above 0 to 1. */
  readonly evidenceShare: number;
}

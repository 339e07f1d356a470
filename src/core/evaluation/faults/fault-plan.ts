/** How the service under evaluation is tested when its own upstream (a provider of models, say) fails. */
export interface FaultPlan {
  /** Where calls of the service really go; its path stands before theirs. */
  readonly upstream: string;
  /** Where the service must send them instead. On loopback. */
  readonly listen: { readonly host: string; readonly port: number };
  /** How many cases of the golden set each scenario asks about. */
  readonly cases: number;
  readonly scenarios: readonly FaultScenario[];
  /** `require: [fallback]`: what comes back decides about the verdict. */
  readonly isRequired: boolean;
}

export interface FaultScenario {
  /** Unique, for people. */
  readonly name: string;
  readonly fault: Fault;
  /** Of each case, only so many of the first calls that the service makes fail; null: all. */
  readonly firstCalls: number | null;
  readonly expect: FallbackSpec;
}

export type Fault =
  /** Nothing is answered. */
  | { readonly kind: 'timeout' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs: number | null }
  /** The upstream's answer in eight pieces, with a pause before each but the first. */
  | { readonly kind: 'slow-stream'; readonly pauseMs: number }
  /** Half of the upstream's answer, ended as if it were all. */
  | { readonly kind: 'truncated-json' }
  /** Half of it, and then the connection is cut. */
  | { readonly kind: 'truncated-stream' }
  /** The connection is cut before anything is answered. */
  | { readonly kind: 'reset' };

/** What the service has to answer all the same. */
export interface FallbackSpec {
  readonly statuses: readonly number[];
  readonly withinMs: number;
  /** A text that the answer holds; null: any. */
  readonly contains: string | null;
  /** A JSON Schema that it keeps; undefined: none. */
  readonly schema: unknown;
  /** The least score by name of a scorer. */
  readonly scores: Readonly<Record<string, number>>;
}

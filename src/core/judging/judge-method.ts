/** A model behind an OpenAI-compatible address. */
export interface ModelEndpoint {
  /** The whole address. `${env:NAME}` in it and in headers is filled in when the run starts. */
  readonly url: string;
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `env:NAME` or `file:/path` of what is sent as a bearer token; null: nothing is. */
  readonly apiKey: string | null;
  /** Further members of every body, such as `temperature`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  /** US dollars for a million tokens; null: cost is not known. */
  readonly price: { readonly inputUsd: number; readonly outputUsd: number } | null;
  /** Tells apart what answers at the same address at different times. */
  readonly version: string | null;
}

export type JudgeTask =
  /** A whole grade from `least` to `greatest`, by what the author wrote. */
  | {
      readonly kind: 'rubric';
      readonly rubric: string;
      readonly scale: readonly [least: number, greatest: number];
    }
  /** Which of two answers is better, asked in both orders. `other` leads into the case; null: the other side's answer. */
  | { readonly kind: 'pairwise'; readonly rubric: string; readonly other: string | null }
  /** Which claims of the answer its context supports. */
  | { readonly kind: 'groundedness' }
  /** Whether useful documents come first. */
  | { readonly kind: 'context-precision' }
  /** Which claims of what is expected the context supports. */
  | { readonly kind: 'context-recall' };

/** How often one answer is judged. See `settle`. */
export interface RepeatRule {
  readonly least: number;
  readonly most: number;
  /** Of a score from 0 to 1. */
  readonly within: number;
}

/** Where the context stands that an answer was given from: in the case, or in the output. */
export interface ContextPlace {
  readonly in: 'case' | 'output';
  readonly pointer: string;
}

export interface JudgeMethod {
  readonly kind: 'judge';
  readonly endpoint: ModelEndpoint;
  readonly task: JudgeTask;
  readonly repeats: RepeatRule;
  /** Null: the judge sees none. */
  readonly context: ContextPlace | null;
  /** Path of what `tidegate eval calibrate` writes; null where there is none. */
  readonly calibration: string | null;
}

/** The cosine of the embeddings of an answer and of the nearest reference. */
export interface EmbeddingMethod {
  readonly kind: 'embedding';
  readonly endpoint: ModelEndpoint;
}

/** Whether a moderation endpoint flags an answer. */
export interface ModerationMethod {
  readonly kind: 'moderation';
  readonly endpoint: ModelEndpoint;
  /** What counts, by the names of the endpoint; null: whatever it flags. */
  readonly categories: readonly string[] | null;
}

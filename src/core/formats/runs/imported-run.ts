/** What another program measured, as far as its file tells. */
export interface ImportedRun {
  /** Who was asked. */
  readonly label: string;
  /** What the evaluation is called. */
  readonly name: string;
  /** Whose scores these are, for their signatures: `promptfoo`, `lm-eval`. */
  readonly program: string;
  /** ISO 8601; null where the file does not say. */
  readonly startedAt: string | null;
  readonly cases: readonly ImportedCase[];
}

export interface ImportedCase {
  readonly id: string;
  readonly input: unknown;
  readonly expected: unknown;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** One for each time it was asked, at least one. */
  readonly answers: readonly ImportedAnswer[];
}

export type ImportedAnswer =
  | {
      readonly kind: 'answer';
      readonly output: unknown;
      /** Null where the file does not say. */
      readonly latencyMs: number | null;
      readonly tokens: { readonly input: number; readonly output: number } | null;
      readonly usd: number | null;
      readonly isCached: boolean;
      readonly scores: Readonly<Record<string, number | null>>;
      readonly reasons: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'error'; readonly detail: string };

/** An answer of which nothing but output and scores is known. */
export const plainAnswer = (
  output: unknown,
  scores: Readonly<Record<string, number | null>>,
): Extract<ImportedAnswer, { readonly kind: 'answer' }> => ({
  kind: 'answer',
  output,
  latencyMs: null,
  tokens: null,
  usd: null,
  isCached: false,
  scores,
  reasons: {},
});

/** A score as programs write them: numbers, and yes or no. */
export const scoreOf = (value: unknown): number | null =>
  typeof value === 'boolean'
    ? Number(value)
    : typeof value === 'number' && Number.isFinite(value)
      ? value
      : null;

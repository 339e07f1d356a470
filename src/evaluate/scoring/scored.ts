import type { EvaluationCase } from '../golden/evaluation-case.ts';

/** What became of scoring one answer under one metric. */
export type Scored =
  /** Null: the score is undefined for this case. */
  | { readonly kind: 'score'; readonly score: number | null; readonly reason: string | null }
  /** `isOfAnswer`: because of the answer, which is not of the kind that is scored. */
  | { readonly kind: 'failed'; readonly detail: string; readonly isOfAnswer?: true };

/**
 * Scores one output. Rejects only when `signal` is aborted: whatever a scorer does wrong is `failed`. `beside` is what the other side (candidate or
 * baseline) put out in the same repeat; undefined where there is none.
 */
export type ScoreOutput = (
  one: EvaluationCase,
  output: unknown,
  signal: AbortSignal,
  beside?: unknown,
) => Promise<Scored> | Scored;

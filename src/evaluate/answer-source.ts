import type { GoldenCase } from './golden-case.ts';

/** What a release answered to one case, or why there is no answer. */
export type CaseAnswer =
  | { readonly kind: 'answer'; readonly label: string; readonly latencyMs: number }
  | {
      readonly kind: 'error';
      readonly reason: CaseErrorReason;
      /** For people: what exactly was seen. */
      readonly detail: string;
      /** How long it took to fail. */
      readonly latencyMs: number;
    };

export type CaseErrorReason = 'connection' | 'timeout' | 'status' | 'too-large' | 'not-json' | 'no-label';

/**
 * Asks a release about one case. Rejects only when `signal` is aborted: everything a release can do wrong is an answer
 * of kind `error`. The seam for answers that need no call, such as stable's own from an earlier evaluation.
 */
export type AnswerSource = (golden: GoldenCase, signal: AbortSignal) => Promise<CaseAnswer>;

/** What a source of metrics said when it was asked once. Whatever is not one number is a problem, and never good news. */
export type MetricAnswer = { readonly kind: 'value'; readonly value: number } | MetricTrouble;

export interface MetricTrouble {
  readonly kind: 'problem';
  readonly problem: MetricProblem;
  /** Particulars for people, one line; partly in the words of the source. Null when the code says it all. */
  readonly detail: string | null;
}

export type MetricProblem =
  /** The control plane knows no such source, or its token is not to be had. */
  | 'unconfigured'
  | 'unreachable'
  | 'timeout'
  /** It answers, but not this question: no permission, a redirect, an error of a proxy. */
  | 'refused'
  /** The source understood the question and says that it cannot answer it. */
  | 'query-failed'
  /** Something answers that is no such source, or not as one. */
  | 'not-understood'
  | 'too-large'
  /** The source warns that its answer is incomplete or doubtful. */
  | 'partial'
  | 'no-series'
  | 'many-series'
  | 'not-a-number'
  | 'infinite'
  /** The newest point of the window is missing. */
  | 'stale';

export const trouble = (problem: MetricProblem, detail: string | null = null): MetricTrouble => ({
  kind: 'problem',
  problem,
  detail: detail === null ? null : oneLine(detail),
});

const longestDetail = 200;

const oneLine = (text: string): string => {
  const line = text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length <= longestDetail ? line : `${line.slice(0, longestDetail - 1).toWellFormed()}…`;
};

/** A number from a source, if it is one that can be compared with a bound. */
export const valueAnswer = (value: number): MetricAnswer => {
  if (Number.isNaN(value)) return trouble('not-a-number');
  return Number.isFinite(value) ? { kind: 'value', value } : trouble('infinite');
};

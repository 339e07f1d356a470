import type { RepeatCounts } from './repeat-plan.ts';

/**
 * `flaky` is a fact: it was seen to pass and to fail. `stable-pass` and `stable-fail` are not: nothing else was seen in so many repeats.
 * `unknown`: fewer than two answers,
 * or one of them is an error.
 */
export type Steadiness = 'stable-pass' | 'stable-fail' | 'flaky' | 'unknown';

export const steadinessOf = ({ passed, failed, errors }: RepeatCounts): Steadiness => {
  if (errors > 0 || passed + failed < 2) return 'unknown';
  if (passed > 0 && failed > 0) return 'flaky';
  return passed > 0 ? 'stable-pass' : 'stable-fail';
};

/**
 * How often a case whose n answers all agreed may still go the other way: the upper limit of that share, which n equal answers leave
 * open with this confidence (Clopper, Pearson 1934, without a hit). After 3 repeats that is 63 % at a confidence of 95 %, after 10
 * it is 26 %.
 */
export const mostFlipsShare = (answers: number, confidence: number): number =>
  answers <= 0 ? 1 : 1 - (1 - confidence) ** (1 / answers);

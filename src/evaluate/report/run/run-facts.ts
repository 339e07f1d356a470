import { shortDigest } from '../../../core/digest.ts';
import { headRepeats } from '../../../core/evaluation/repeats/head-repeats.ts';
import type { EvaluatedTarget, Interval, RepeatFindings } from '../../../core/evaluation/run/run-record.ts';
import { count, duration, figure, range } from '../page/figure.ts';
import { oneLine } from '../visible-text.ts';
import type { RunIndex } from './index-run.ts';
import { CASE_FLAGS, type CaseFlag, type JudgedCases } from './judge-cases.ts';

export type RunVerdict = 'pass' | 'fail' | 'inconclusive' | 'unfinished';

export const verdictOf = ({ summary }: Pick<RunIndex, 'summary'>): RunVerdict =>
  summary?.verdict ?? 'unfinished';

export const targetText = ({ label, digest }: EvaluatedTarget): string => {
  const name = oneLine(label, 80);
  return digest === null ? name : `${name} (${shortDigest(digest)})`;
};

/** What was run, in short lines: `[what, text]`. */
export const runFacts = ({ head, summary, table }: RunIndex): [string, string][] => {
  const took = summary === null ? null : Date.parse(summary.endedAt) - Date.parse(head.startedAt);
  const used = [
    ...(took === null || Number.isNaN(took) ? [] : [duration(took)]),
    ...(summary === null ? [] : [`${count(summary.calls)} ${summary.calls === 1 ? 'call' : 'calls'}`]),
    ...(summary !== null && summary.cachedAnswers > 0
      ? [`${count(summary.cachedAnswers)} kept ${summary.cachedAnswers === 1 ? 'answer' : 'answers'}`]
      : []),
    ...(summary?.tokens ? [`${count(summary.tokens.input)} + ${count(summary.tokens.output)} tokens`] : []),
    ...(typeof summary?.usd === 'number' ? [figure('usd', summary.usd)] : []),
  ];
  return [
    ['run', `${oneLine(head.id, 60)}, ${head.startedAt.slice(0, 19).replace('T', ' ')} UTC`],
    ['golden set', `${oneLine(fileName(head.golden.file), 80)} (${shortDigest(head.golden.digest)})`],
    ['candidate', targetText(head.candidate)],
    ...(head.baseline === null ? [] : ([['baseline', targetText(head.baseline)]] as [string, string][])),
    ['cases', casesText({ head, summary, table })],
    ...(summary?.repeats === undefined
      ? []
      : ([['repeats', repeatsText(summary.repeats)]] as [string, string][])),
    ...(used.length === 0 ? [] : ([['used', used.join(', ')]] as [string, string][])),
  ];
};

/** A report is passed on; the directories of whoever ran it say nothing to others. */
const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const casesText = ({ head, table }: Pick<RunIndex, 'head' | 'summary' | 'table'>): string => {
  const all = head.golden.cases;
  const asked = table.size === all ? count(all) : `${count(table.size)} of ${count(all)}`;
  const { least, most } = headRepeats(head).plan;
  if (most === 1) return asked;
  return `${asked}, ${least === most ? count(least) : `${count(least)} to ${count(most)}`} repeats`;
};

/** What repeats showed, in words. */
const repeatsText = ({ classes, flakyShare, disagreement }: RepeatFindings): string =>
  [
    `${count(classes.flaky)} flaky${flakyShare === null ? '' : ` (${intervalText(flakyShare)})`}`,
    `${count(classes.stablePass)} passed every time`,
    `${count(classes.stableFail)} failed every time`,
    ...(classes.unknown === 0 ? [] : [`${count(classes.unknown)} cannot be told`]),
    ...(disagreement === null ? [] : [`two answers to a case disagree ${intervalText(disagreement)}`]),
  ].join(', ');

const intervalText = ({ value, low, high }: Interval): string =>
  `${figure('share', value)}, ${range('share', low, high)}`;

const stops: Readonly<Record<string, string>> = {
  settled: 'It ended early: the verdict was settled before the last case.',
  budget: 'It ended early: the budget was used up.',
  interrupted: 'It was interrupted.',
  errors: 'It ended early: too many cases ended in an error.',
};

/** What a reader must know before the figures. */
export const runRemarks = ({ head, summary, table }: RunIndex): string[] => {
  if (summary === null)
    return [
      `This run has not ended: ${count(table.size)} of ${count(head.golden.cases)} cases are recorded. ` +
        `\`tidegate eval run --resume ${oneLine(head.id, 60)}\` goes on with it. Metrics and requirements are worked out at its end.`,
    ];
  const stop = summary.stoppedBy === null ? undefined : stops[summary.stoppedBy];
  return stop === undefined ? [] : [stop];
};

/** What the run itself says beside its figures. */
export const runNotes = ({ summary }: Pick<RunIndex, 'summary'>): string[] =>
  (summary?.notes ?? []).map((note) => oneLine(note, 400));

const flagWords: Readonly<Record<CaseFlag, string>> = {
  worse: 'worse than the baseline',
  wrong: 'wrong',
  error: 'errors',
  flaky: 'flaky',
  better: 'better than the baseline',
};

/** `[flag, how many, in words]`; those that cannot occur in this run are left out. */
export const flagFacts = (
  { counts, tellsRightFromWrong }: Pick<JudgedCases, 'counts' | 'tellsRightFromWrong'>,
  hasBaseline: boolean,
): { readonly flag: CaseFlag; readonly cases: number; readonly words: string }[] =>
  CASE_FLAGS.filter((flag) => {
    if (flag === 'worse' || flag === 'better') return hasBaseline;
    return flag !== 'wrong' || tellsRightFromWrong;
  }).map((flag) => ({ flag, cases: counts[flag], words: flagWords[flag] }));

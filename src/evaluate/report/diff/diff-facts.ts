import { shortDigest } from '../../../core/digest.ts';
import { count, difference, figure, pValue, range } from '../page/figure.ts';
import type { RunIndex } from '../run/index-run.ts';
import { targetText } from '../run/run-facts.ts';
import { oneLine } from '../visible-text.ts';
import type { IncomparableMetric } from './comparable-metrics.ts';
import {
  type DiffMetric,
  type DiffVerdict,
  LEAST_SLICE,
  MOST_SLICES,
  type RunDiff,
  standingOf,
} from './compare-runs.ts';
import type { CaseChange } from './pair-cases.ts';

export const changeWords: Readonly<Record<CaseChange, string>> = {
  broken: 'broken',
  fixed: 'fixed',
  changed: 'changed, same scores',
  'asked-differently': 'asked differently',
  'only-b': 'only in B',
  'only-a': 'only in A',
  same: 'same',
};

export const diffVerdictWords: Readonly<Record<DiffVerdict, string>> = {
  better: 'B is better',
  worse: 'B is worse',
  mixed: 'better and worse',
  open: 'no clear difference',
};

const runText = ({ head, table }: RunIndex): string =>
  `${targetText(head.candidate)}, run ${oneLine(head.id, 60)}, ${count(table.size)} cases`;

export const diffFacts = ({ a, b, common }: RunDiff): [string, string][] => [
  ['A', runText(a)],
  ['B', runText(b)],
  ['compared', `${count(common)} cases that both were asked alike`],
];

/** What the verdict rests on, in a few words. */
export const diffReasons = ({ metrics, verdict }: RunDiff): string => {
  const of = (standing: 'better' | 'worse'): string =>
    metrics
      .filter((one) => standingOf(one) === standing)
      .map(({ metric }) => oneLine(metric.name, 40))
      .join(', ');
  switch (verdict) {
    case 'better':
    case 'worse':
      return `by ${of(verdict)}`;
    case 'mixed':
      return `better by ${of('better')}, worse by ${of('worse')}`;
    case 'open':
      return metrics.length === 0
        ? 'nothing could be compared'
        : 'the intervals say how large a difference may be';
  }
};

/** What a reader must know before believing the figures. */
export const diffWarnings = ({ a, b, isSameGolden, pairs, common }: RunDiff): string[] => {
  const digests = `${shortDigest(a.head.golden.digest)} and ${shortDigest(b.head.golden.digest)}`;
  const others = pairs.counts['asked-differently'];
  return [
    ...(isSameGolden
      ? []
      : [
          `The golden sets differ (${digests}): only the ${count(common)} cases that both asked alike are compared.`,
        ]),
    ...(others === 0
      ? []
      : [`${count(others)} cases have the same id and another input or expected answer; they are left out.`]),
    ...[a, b].flatMap((run, i) =>
      run.summary === null ? [`Run ${i === 0 ? 'A' : 'B'} has not ended.`] : [],
    ),
  ];
};

/** What was left out, and how the figures were made. */
export const diffNotes = ({ incomparable, slices, slicesLeftOut, metrics }: RunDiff): string[] => {
  const unscored = Map.groupBy(
    metrics.filter((one) => one.unscored > 0),
    (one) => one.unscored,
  );
  return [
    ...incomparableTexts(incomparable),
    ...[...unscored].map(
      ([cases, of]) =>
        `${count(cases)} cases have no score in one of the runs (an error, or undefined) and are not in the figures of ${names(of.map(({ metric }) => metric.name))}.`,
    ),
    ...(slicesLeftOut === 0
      ? []
      : [
          `${count(slicesLeftOut)} slices are left out: fewer than ${LEAST_SLICE} cases, or beyond the largest ${MOST_SLICES}.`,
        ]),
    ...(metrics.length + slices.length < 2
      ? []
      : [
          'p-values are corrected by Holm: over the metrics on all cases, and over all pairs of a metric and a slice.',
        ]),
  ];
};

const names = (list: readonly string[]): string => list.map((name) => oneLine(name, 60)).join(', ');

const incomparableTexts = (all: readonly IncomparableMetric[]): string[] => {
  const of = (why: IncomparableMetric['why']): string =>
    names(all.filter((one) => one.why === why).map(({ metric }) => metric));
  const line = (why: IncomparableMetric['why'], because: string): string[] =>
    of(why) === '' ? [] : [`Not compared: ${of(why)}. ${because}`];
  return [
    ...all.flatMap((one) =>
      one.why === 'signature'
        ? [
            `Not compared: ${oneLine(one.metric, 60)}. It was worked out differently (A: ${oneLine(one.a, 120)}; B: ${oneLine(one.b, 120)}).`,
          ]
        : [],
    ),
    ...line('set-only', 'Single cases have no score that could be paired.'),
    ...line('only-a', 'Only run A has it.'),
    ...line('only-b', 'Only run B has it.'),
  ];
};

/** A line of a table in words. */
export interface DiffRow {
  readonly metric: string;
  readonly slice: string | null;
  readonly a: string;
  readonly b: string;
  readonly difference: string;
  readonly interval: string;
  /** Cases whose score is higher in B, and lower, whichever of them is good. */
  readonly moved: string;
  readonly p: string;
  readonly says: string;
  readonly n: string;
  readonly method: string;
}

export const diffRow = (one: DiffMetric): DiffRow => {
  const { unit, name } = one.metric;
  const standing = standingOf(one);
  return {
    metric: oneLine(name, 60),
    slice: one.slice === null ? null : oneLine(one.slice, 60),
    a: figure(unit, one.a),
    b: figure(unit, one.b),
    difference: difference(unit, one.difference),
    interval:
      one.interval === null
        ? one.higher + one.lower === 0
          ? 'no case differs'
          : 'not known'
        : range(unit, one.interval.low, one.interval.high, 'difference'),
    moved: `${count(one.higher)} / ${count(one.lower)}`,
    p: pValue(one.adjustedP).replace(/^p (= )?/, ''),
    says: standing === 'open' ? 'open' : standing,
    n: count(one.n),
    method: one.interval === null ? one.test : `${one.intervalMethod}; ${one.test}`,
  };
};

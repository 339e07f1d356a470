import { count, duration, percent } from '../../client/figures.ts';
import type { Assumed } from '../../simulator/predict/assumptions.ts';
import type { Odds, Prediction, WaitsFor, WorseRelease } from '../../simulator/predict/prediction.ts';
import type { Palette } from './palette.ts';
import { planWarning } from './plan-warning.ts';
import { logBar, shareChart } from './share-chart.ts';
import { textTable } from './text-table.ts';

/** Everything a prediction says, for a terminal. Every number in it is one of the prediction's. */
export const renderPrediction = (
  prediction: Prediction,
  { palette, columns }: { readonly palette: Palette; readonly columns: number },
): string => {
  const { good, worse, warnings } = prediction;
  return [
    assumed(prediction, palette),
    '',
    palette.bold('A release as good as stable'),
    ...goodLines(prediction),
    ...shareChart(good, columns).map(palette.now),
    '',
    ...(worse.length === 0
      ? []
      : [palette.bold('A release that is worse from its first request'), worseTable(worse), '']),
    ...warnings.flatMap((warning) => {
      const { what, todo } = planWarning(warning);
      return [`${palette.warn('!')} ${what}`, palette.dim(`  ${todo}`)];
    }),
    palette.dim(
      `${count(good.promoted.runs)} simulated rollouts of a good release and ${count(worse[0]?.rolledBack.runs ?? 0)} of each worse one, seed ${prediction.seed}; evaluations, commands and approvals take no time in them`,
    ),
  ].join('\n');
};

const assumed = ({ assumptions }: Prediction, { dim }: Palette): string => {
  const { ratePerSecond, errors, clientErrors, slow, feedback, disagree, users, slowMs } = assumptions;
  const figures: [string, Assumed<unknown>][] = [
    [rate(ratePerSecond.value), ratePerSecond],
    [`errors ${percent(errors.value)}`, errors],
    [`client-errors ${percent(clientErrors.value)}`, clientErrors],
    [`slow ${percent(slow.value)} (from ${milliseconds(slowMs.value)})`, slow],
    [`bad feedback ${percent(feedback.value)}`, feedback],
    [`disagree ${percent(disagree.value)}`, disagree],
    ...(users === null ? [] : [[`${count(users.value)} users`, users] as [string, Assumed<unknown>]]),
  ];
  const origins = (['recorded', 'given', 'default'] as const).flatMap((from) => {
    const texts = figures.filter(([, figure]) => figure.from === from).map(([text]) => text);
    return texts.length === 0 ? [] : [`${originWords[from]} ${texts.join(', ')}`];
  });
  return dim(`traffic  ${origins.join('; ')}`);
};

const originWords = { recorded: 'recorded', given: 'given', default: 'assumed' } as const;

/** In the unit in which it is a number one can imagine. */
const rate = (perSecond: number): string => {
  if (perSecond >= 1) return `${Number(perSecond.toPrecision(3))} requests a second`;
  if (perSecond * 60 >= 1) return `${Number((perSecond * 60).toPrecision(3))} requests a minute`;
  return `${Number((perSecond * 3_600).toPrecision(3))} requests an hour`;
};

const milliseconds = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(1))} s`;

const goodLines = ({ good }: Prediction): string[] => {
  const { durationMs, rolledBack, rolledBackAtMost, paused, unfinished, bottleneck, stages } = good;
  const slowest = stages.find(({ stage }) => stage === bottleneck?.stage);
  return [
    durationMs === null
      ? '  never got through'
      : `  takes ${duration(durationMs.median)} (median), ${duration(durationMs.p90)} at the 90th percentile`,
    `  false rollback ${oddsText(rolledBack)}; the rules allow at most ${percent(rolledBackAtMost)}`,
    `  waits for a person at a time-out ${oddsText(paused)}`,
    ...(unfinished.happened === 0 ? [] : [`  never ends ${oddsText(unfinished)}`]),
    ...(slowest === undefined
      ? []
      : [`  longest in ${slowest.name}, mostly for ${waitText(slowest.waitsFor)}`]),
    textTable(
      ['  STAGE', 'MEDIAN', '90 %', 'LEFT', 'WAITS FOR'],
      stages.map(({ name, durationMs: spread, left, entered, waitsFor }) => [
        `  ${name}`,
        spread === null ? '-' : duration(spread.median),
        spread === null ? '-' : duration(spread.p90),
        `${count(left)} of ${count(entered)}`,
        waitText(waitsFor),
      ]),
      [1, 2, 3],
    ),
  ];
};

const oddsText = ({ happened, runs, high }: Odds): string =>
  happened === 0
    ? `in none of ${count(runs)} runs (so under ${percent(high)})`
    : `in ${count(happened)} of ${count(runs)} runs (at most ${percent(high)})`;

const waitText = (waitsFor: WaitsFor | null): string => {
  if (waitsFor === null) return 'nothing';
  switch (waitsFor.on) {
    case 'evidence':
      return `evidence of ${waitsFor.guard ?? 'all guards'}`;
    case 'minimum-time':
      return 'its minimum time';
    case 'soak':
      return 'its soak time';
    case 'other':
      return 'something else';
  }
};

const barWidth = 16;

const worseTable = (all: readonly WorseRelease[]): string => {
  const most = Math.max(0, ...all.map(({ back }) => back?.candidateRequests.p99 ?? 0));
  const hasUsers = all.some(({ back }) => back?.users != null);
  const rows = all.map(
    ({ guard, factor, stableShare, candidateShare, rolledBack, promoted, paused, unfinished, back }) => [
      `  ${guard}`,
      `${factor} x`,
      `${percent(stableShare)} → ${percent(candidateShare)}`,
      percent(rolledBack.happened / rolledBack.runs),
      back === null ? '-' : duration(back.durationMs.median),
      back === null ? '-' : `${count(back.candidateRequests.median)} / ${count(back.candidateRequests.p99)}`,
      ...(hasUsers
        ? [back?.users == null ? '-' : `${count(back.users.median)} / ${count(back.users.p99)}`]
        : []),
      restOf(promoted, paused + unfinished, rolledBack.runs) ??
        (back === null ? '' : logBar(back.candidateRequests.p99, most, barWidth)),
    ],
  );
  return textTable(
    [
      '  GUARD',
      'WORSE',
      'BAD SHARE',
      'TAKEN BACK',
      'AFTER',
      'REQUESTS (99 %)',
      ...(hasUsers ? ['USERS (99 %)'] : []),
      '',
    ],
    rows,
    hasUsers ? [1, 3, 4, 5, 6] : [1, 3, 4, 5],
  );
};

/** What became of the runs that were not taken back, if there are some. */
const restOf = (promoted: number, paused: number, runs: number): string | null => {
  const parts = [
    ...(promoted === 0 ? [] : [`${percent(promoted / runs)} got through`]),
    ...(paused === 0 ? [] : [`${percent(paused / runs)} paused`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
};

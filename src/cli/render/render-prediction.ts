import { count, duration, percent } from '../../client/figures.ts';
import type { Assumed } from '../../simulator/predict/assumptions.ts';
import type { Odds, Prediction, Spread, WaitsFor, WorseRelease } from '../../simulator/predict/prediction.ts';
import type { Palette } from './palette.ts';
import { planWarning } from './plan-warning.ts';
import { logBar, shareChart } from './share-chart.ts';
import { textTable } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

/** Everything a prediction says, for a terminal. Every number in it is one of the prediction's. */
export const renderPrediction = (
  prediction: Prediction,
  { palette, columns }: { readonly palette: Palette; readonly columns: number },
): string => {
  const { good, worse, warnings } = prediction;
  return [
    assumed(prediction, palette, columns),
    '',
    palette.bold('A release as good as stable'),
    ...goodLines(prediction).map((line) => (line.includes('\n') ? line : wrapText(line, columns, '    '))),
    ...shareChart(good, columns).map(palette.now),
    '',
    ...(worse.length === 0
      ? []
      : [
          palette.bold('A release that is worse from its first request'),
          worseTable(worse, columns),
          ...(columns < WIDE ? restLines(worse) : []),
          '',
        ]),
    ...warnings.flatMap((warning) => {
      const { what, todo } = planWarning(warning);
      return [
        `${palette.warn('!')} ${wrapText(what, columns - 2, '  ')}`,
        palette.dim(wrapText(`  ${todo}`, columns, '  ')),
      ];
    }),
    palette.dim(wrapText(howSure(prediction), columns, '  ')),
  ].join('\n');
};

/** How many runs the figures rest on, and what they leave out. */
const howSure = ({ good, worse, seed }: Prediction): string => {
  const runs = worse.map(({ rolledBack }) => rolledBack.runs);
  const least = Math.min(...runs);
  const most = Math.max(...runs);
  const ofWorse = least === most ? count(most) : `${count(least)} to ${count(most)}`;
  const sentences = [
    `Simulated rollouts: ${count(good.promoted.runs)} of a good release${runs.length === 0 ? '' : `, ${ofWorse} of each worse one`}; seed ${seed}.`,
    ...(runs.length > 0 && least < 100
      ? ['Of fewer than 100, the 99 % stand for the most in any of them.']
      : []),
    'Evaluations, commands and approvals take no time in them.',
  ];
  return sentences.join(' ');
};

const assumed = ({ assumptions }: Prediction, { dim }: Palette, columns: number): string => {
  const { ratePerSecond, ratesByHour, errors, clientErrors, slow, feedback, disagree, users, slowMs } =
    assumptions;
  const figures: [string, Assumed<unknown>][] = [
    [`${rate(ratePerSecond.value)}${ratesByHour === null ? '' : byHour(ratesByHour)}`, ratePerSecond],
    [`errors ${percent(errors.value)}`, errors],
    [`client-errors ${percent(clientErrors.value)}`, clientErrors],
    [`slow ${percent(slow.value)} (from ${milliseconds(slowMs.value)})`, slow],
    [`bad feedback ${percent(feedback.value)}`, feedback],
    [`disagree ${percent(disagree.value)}`, disagree],
    ...(users === null ? [] : [[`${count(users.value)} users`, users] as [string, Assumed<unknown>]]),
  ];
  const origins = new Map<string, string[]>();
  for (const from of ['recorded', 'given', 'default'] as const)
    for (const [text, figure] of figures) {
      if (figure.from !== from) continue;
      const origin = originOf(figure);
      origins.set(origin, [...(origins.get(origin) ?? []), text]);
    }
  const parts = [...origins].map(([origin, texts]) => `${origin} ${texts.join(', ')}`);
  return dim(wrapText(`traffic  ${parts.join('; ')}`, columns, '  '));
};

const originOf = ({ from, recordedMs }: Assumed<unknown>): string => {
  if (recordedMs === undefined) return originWords[from];
  const minutes = Math.floor(recordedMs / 60_000) * 60_000;
  return `${originWords[from]} over ${duration(minutes === 0 ? recordedMs : minutes)}:`;
};

const originWords = { recorded: 'recorded', given: 'given', default: 'assumed' } as const;

/** In the unit in which it is a number one can imagine. */
const rate = (perSecond: number): string => {
  const { seconds, unit } = unitOf(perSecond);
  return `${inUnit(perSecond, seconds)} requests ${unit}`;
};

/** Between what it is in some hours. */
const byHour = (rates: readonly number[]): string => {
  const most = Math.max(...rates);
  const { seconds, unit } = unitOf(most);
  return ` (by the hour of the day ${inUnit(Math.min(...rates), seconds)} to ${inUnit(most, seconds)} ${unit})`;
};

const unitOf = (perSecond: number): { readonly seconds: number; readonly unit: string } => {
  if (perSecond >= 1) return { seconds: 1, unit: 'a second' };
  return perSecond * 60 >= 1 ? { seconds: 60, unit: 'a minute' } : { seconds: 3_600, unit: 'an hour' };
};

const inUnit = (perSecond: number, seconds: number): number => Number((perSecond * seconds).toPrecision(3));

const milliseconds = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(1))} s`;

const goodLines = ({ good }: Prediction): string[] => {
  const { durationMs, rolledBack, rolledBackAtMost, paused, unfinished, bottleneck, stages } = good;
  const slowest = stages.find(({ stage }) => stage === bottleneck?.stage);
  return [
    durationMs === null
      ? '  never got through'
      : `  takes ${duration(durationMs.median)} (median), ${duration(durationMs.p90)} at the 90th percentile`,
    `  false rollback at most ${percent(rolledBackAtMost)} by the rules; it came ${oddsText(rolledBack)}`,
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

const oddsText = ({ happened, runs, low, high }: Odds): string => {
  if (happened === runs) return `in all of ${count(runs)} runs (so over ${percent(low)})`;
  return happened === 0
    ? `in none of ${count(runs)} runs (so under ${percent(high)})`
    : `in ${count(happened)} of ${count(runs)} runs (at most ${percent(high)})`;
};

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

/** From here on a line has room for the bad shares and a bar. */
const WIDE = 110;

const worseTable = (all: readonly WorseRelease[], columns: number): string => {
  const isWide = columns >= WIDE;
  const most = Math.max(0, ...all.map(({ back }) => back?.candidateRequests.p99 ?? 0));
  const hasUsers = all.some(({ back }) => back?.users != null);
  const rows = all.map((one) => {
    const { guard, factor, stableShare, candidateShare, rolledBack, back } = one;
    return [
      `  ${guard}`,
      `${factor} x`,
      ...(isWide ? [`${percent(stableShare)} → ${percent(candidateShare)}`] : []),
      percent(rolledBack.happened / rolledBack.runs),
      back === null ? '-' : duration(back.durationMs.median),
      back === null ? '-' : medianAnd99(back.candidateRequests),
      ...(hasUsers ? [back?.users == null ? '-' : medianAnd99(back.users)] : []),
      ...(isWide
        ? [restOf(one) ?? (back === null ? '' : logBar(back.candidateRequests.p99, most, barWidth))]
        : []),
    ];
  });
  const header = [
    '  GUARD',
    'WORSE',
    ...(isWide ? ['BAD SHARE'] : []),
    'TAKEN BACK',
    'AFTER',
    'REQUESTS / 99 %',
    ...(hasUsers ? ['USERS / 99 %'] : []),
    ...(isWide ? [''] : []),
  ];
  const shareColumn = isWide ? 2 : -1;
  const right = header.flatMap((_, column) => {
    const isText = column === 0 || column === shareColumn || (isWide && column === header.length - 1);
    return isText ? [] : [column];
  });
  return textTable(header, rows, right);
};

const medianAnd99 = ({ median, p99 }: Spread): string => `${count(median)} / ${count(p99)}`;

const restLines = (all: readonly WorseRelease[]): string[] =>
  all.flatMap((one) => {
    const rest = restOf(one);
    return rest === null ? [] : [`  ${one.guard} ${one.factor} x: ${rest}`];
  });

/** What became of the runs that were not taken back, if there are some. */
const restOf = ({ promoted, paused, unfinished, rolledBack: { runs } }: WorseRelease): string | null => {
  const waiting = paused + unfinished;
  const parts = [
    ...(promoted === 0 ? [] : [`${percent(promoted / runs)} got through`]),
    ...(waiting === 0 ? [] : [`${percent(waiting / runs)} paused`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
};

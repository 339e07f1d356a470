import type { Assumed, Assumptions } from './assumptions.ts';

/** What a service is taken to be like as long as nobody knows better. */
const DEFAULTS = {
  ratePerSecond: 10,
  errors: 0.01,
  clientErrors: 0.005,
  slow: 0.01,
  feedback: 0.01,
  disagree: 0.02,
  medianMs: 50,
  slowMs: 1_000,
  users: 1_000,
} as const;

type Figure = keyof typeof DEFAULTS;
export type Figures = { readonly [name in Figure]?: number | undefined };
/** With how long those were counted for of which that is known, in ms. */
export type RecordedFigures = Figures & { readonly recordedMs?: Figures };

/** Each figure as it was given, else as it was recorded, else a default. */
export const assume = (
  given: Figures,
  recorded: RecordedFigures,
  {
    feedbackWithinMs,
    isSticky,
    ratesByHour,
  }: {
    readonly feedbackWithinMs: number;
    readonly isSticky: boolean;
    readonly ratesByHour: readonly number[] | null;
  },
): Assumptions => {
  const figure = (name: Figure): Assumed<number> => {
    const said = given[name];
    if (said !== undefined) return { value: said, from: 'given' };
    const seen = recorded[name];
    if (seen === undefined) return { value: DEFAULTS[name], from: 'default' };
    const recordedMs = recorded.recordedMs?.[name];
    return { value: seen, from: 'recorded', ...(recordedMs !== undefined && { recordedMs }) };
  };
  const ratePerSecond = figure('ratePerSecond');
  return {
    ratePerSecond,
    ratesByHour: ratePerSecond.from === 'given' ? null : ratesByHour,
    errors: figure('errors'),
    clientErrors: figure('clientErrors'),
    slow: figure('slow'),
    feedback: figure('feedback'),
    disagree: figure('disagree'),
    medianMs: figure('medianMs'),
    slowMs: figure('slowMs'),
    feedbackWithinMs,
    users: isSticky ? figure('users') : null,
  };
};

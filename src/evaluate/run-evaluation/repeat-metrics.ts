import type { PassingScore } from '../../core/evaluation/repeats/repeat-counts.ts';
import { repeatCounts } from '../../core/evaluation/repeats/repeat-counts.ts';
import type { CasePowers } from '../../core/evaluation/repeats/unbiased-powers.ts';
import { casePowers } from '../../core/evaluation/repeats/unbiased-powers.ts';
import type { RepeatSettings } from '../../core/evaluation/run/evaluation-plan.ts';
import { TidegateError } from '../../errors.ts';
import { digestOf } from '../golden/canonical-json.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import type { CaseMeasure } from './case-measures.ts';
import { unscoredBy } from './unscored.ts';

/**
 * The scores that say whether an answer passes: those that are named, else all of single cases from 0 to 1.
 * @throws TidegateError `bad-request` where one that is named scores sets alone
 */
export const passingScores = (
  { passedBy }: Pick<RepeatSettings, 'passedBy'>,
  metrics: readonly OpenMetric[],
): PassingScore[] => {
  const fit = metrics.filter(
    ({ measured, range: [least, greatest] }) => measured.perCase && least === 0 && greatest === 1,
  );
  const unfit = passedBy?.find((name) => !fit.some(({ measured }) => measured.name === name));
  if (unfit !== undefined)
    throw new TidegateError('bad-request', `${unfit} does not score single answers from 0 to 1.`, {
      todo: 'Name scorers at `repeats: passedBy` that do, such as exact.',
    });
  return fit
    .filter(({ measured }) => passedBy === null || passedBy.includes(measured.name))
    .map(({ measured: { name, better } }) => ({ name, better }));
};

/** For each k pass@k, that at least one of k answers passes, and pass^k, that all of them do. */
export const repeatMetrics = (settings: RepeatSettings, metrics: readonly OpenMetric[]): CaseMeasure[] => {
  const by = passingScores(settings, metrics);
  const names = new Set(by.map(({ name }) => name));
  const signatures = metrics.flatMap(({ measured: { name, signature } }) =>
    names.has(name) ? signature : [],
  );
  const { least, most } = settings;
  const measure = (name: string, k: number, part: keyof CasePowers): CaseMeasure => ({
    measured: {
      name,
      signature: `${name}|by:${digestOf(signatures)}|repeats:${least}-${most}|v:1`,
      better: 'higher',
      unit: 'share',
      perCase: true,
    },
    range: [0, 1],
    isOfErrors: false,
    of: (answers) => casePowers({ least, most }, repeatCounts(answers, by), k)?.[part] ?? null,
    // An answer that is bad by one score is known to fail, whatever the others would have said.
    unscored: (answers) =>
      answers.some(({ kind }) => kind === 'error') || repeatCounts(answers, by).errors === 0
        ? 0
        : unscoredBy(answers, [...names]),
  });
  return settings.ks.flatMap((k) => [
    measure(`pass@${k}`, k, 'anyPasses'),
    measure(`pass^${k}`, k, 'allPass'),
  ]);
};

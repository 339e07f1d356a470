import type { GoldenFields, ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { Calibration } from '../../core/judging/calibration.ts';
import { categoryOf, judgeCategories } from '../../core/judging/judge-categories.ts';
import type { JudgeMethod } from '../../core/judging/judge-method.ts';
import type { KappaWeights } from '../../core/judging/kappa.ts';
import { cohensKappa } from '../../core/judging/kappa.ts';
import { TidegateError } from '../../errors.ts';
import { forEachConcurrently } from '../for-each-concurrently.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { goldenCases } from '../golden/golden-cases.ts';
import { scanGolden } from '../golden/scan-golden.ts';
import { labelOf } from '../label-of.ts';
import { judgeDigest } from './judge-digest.ts';
import { openJudge } from './judge-metrics.ts';
import type { Models } from './models.ts';

export interface CalibrateOptions {
  readonly spec: ScorerSpec;
  readonly judge: JudgeMethod;
  /** A file of labelled answers: cases with `output`, `label` and, for a pairwise judge, `other`. */
  readonly labels: string;
  readonly fields: GoldenFields;
  readonly weights: KappaWeights;
  readonly confidence: number;
  readonly concurrency: number;
  readonly models: Models;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

export interface Calibrated {
  readonly calibration: Calibration;
  /** Where people and judge are farthest apart, farthest first. */
  readonly disagreements: readonly Disagreement[];
  /** Why some answers were not judged, the first few. */
  readonly faults: readonly string[];
}

export interface Disagreement {
  readonly id: string;
  readonly people: string;
  readonly judge: string;
  readonly reason: string;
}

const DISAGREEMENTS_SHOWN = 5;

/**
 * Has a judge judge answers that people have labelled, and counts who said what. All labels are read before anything is asked.
 * @throws TidegateError `evaluation-unusable` for a label that is none of the judge's categories, with all such lines; when nobody labels what it judges; and when no answer could be judged
 */
export const calibrate = async (options: CalibrateOptions): Promise<Calibrated> => {
  const { spec, judge, labels, fields, weights, confidence, models, signal } = options;
  const { task } = judge;
  const categories = judgeCategories(task);
  if (categories === null)
    throw new TidegateError(
      'evaluation-unusable',
      `${spec.name} judges parts of answers, which have no label of their own.`,
      {
        todo: 'Calibrate a judge, pairwise or groundedness scorer.',
      },
    );
  const scan = await scanGolden(labels, { fields, limit: null });
  const cases: EvaluationCase[] = [];
  for await (const one of goldenCases(labels, fields)) cases.push(one);
  refuseBadLabels(cases, categories, labels);
  const counts = categories.map(() => categories.map(() => 0));
  const disagreements: (Disagreement & { readonly distance: number })[] = [];
  const faults: string[] = [];
  let unjudged = 0;
  let done = 0;
  const ask = openJudge(spec, judge, models);
  await forEachConcurrently(
    cases,
    options.concurrency,
    async () => {},
    async (one) => {
      const { output, label, other } = one.metadata;
      const judged = await ask(one, output ?? '', signal, other);
      const people = labelOf(label) ?? '';
      const given = judged.kind === 'judged' ? categoryOf(task, judged.score) : null;
      if (judged.kind !== 'judged' || given === null) {
        unjudged += 1;
        faults.push(`${one.id}: ${judged.kind === 'failed' ? judged.detail : judged.reason}`);
      } else {
        const [row, column] = [categories.indexOf(people), categories.indexOf(given)];
        counts[row]![column]! += 1;
        if (row !== column)
          disagreements.push({
            id: one.id,
            people,
            judge: given,
            reason: judged.reason,
            distance: Math.abs(row - column),
          });
      }
      done += 1;
      options.onProgress(done, cases.length);
    },
  );
  if (unjudged === cases.length)
    throw new TidegateError(
      'evaluation-unusable',
      `${spec.name} (${judge.endpoint.model}) judged none of ${cases.length} labelled answers, the first with: ${faults.sort()[0]}.`,
      { todo: 'Repair the judge. The calibration was left as it was.' },
    );
  return {
    calibration: {
      kind: 'calibration',
      schema: 1,
      judge: judgeDigest(judge),
      scorer: spec.name,
      model: judge.endpoint.model,
      madeAt: new Date(options.nowMs()).toISOString(),
      labels: { digest: scan.digest, count: cases.length },
      unjudged,
      weights,
      confidence,
      categories,
      counts,
      kappa: cohensKappa(counts, weights, confidence),
    },
    disagreements: disagreements
      .sort((a, b) => b.distance - a.distance || (a.id < b.id ? -1 : 1))
      .slice(0, DISAGREEMENTS_SHOWN)
      .map(({ distance, ...shown }) => shown),
    faults: faults.sort().slice(0, DISAGREEMENTS_SHOWN),
  };
};

const refuseBadLabels = (
  cases: readonly EvaluationCase[],
  categories: readonly string[],
  file: string,
): void => {
  const problems = cases.flatMap(({ id, metadata }) => {
    const label = labelOf(metadata.label);
    if (metadata.output === undefined) return [`${JSON.stringify(id)} has no output`];
    if (label === null) return [`${JSON.stringify(id)} has no label`];
    return categories.includes(label) ? [] : [`${JSON.stringify(id)} has the label ${JSON.stringify(label)}`];
  });
  if (cases.length === 0) problems.push('there is no labelled answer');
  if (problems.length === 0) return;
  const more = problems.length > 5 ? ` and ${problems.length - 5} more` : '';
  throw new TidegateError(
    'evaluation-unusable',
    `The labels in ${file} cannot be used: ${problems.slice(0, 5).join('; ')}${more}.`,
    { todo: `Each line has id, input, output and label, which is one of ${categories.join(', ')}.` },
  );
};

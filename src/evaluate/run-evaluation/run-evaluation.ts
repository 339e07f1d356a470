import { join } from 'node:path';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { MeasuredMetric, RunHead, RunSummary } from '../../core/evaluation/run/run-record.ts';
import { sequenceLevels } from '../../core/evaluation/sequential/sequence-levels.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { goldenCases } from '../golden/golden-cases.ts';
import type { GoldenScan } from '../golden/scan-golden.ts';
import { openRunFile } from '../records/open-run-file.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { openMetric } from '../scoring/open-metric.ts';
import { toolSchemas } from '../scoring/tool-schemas.ts';
import { askCases } from './ask-cases.ts';
import { callMetrics } from './call-metrics.ts';
import { conclude } from './conclude.ts';
import { startEarlyStop } from './early-stop.ts';
import { startGathering } from './gather.ts';
import { openSides } from './open-sides.ts';
import { resumeRun } from './resume-run.ts';
import type { Spent } from './spending.ts';
import { startTally } from './tally.ts';
import { targetDigest } from './target-digest.ts';

export interface RunOptions {
  readonly plan: EvaluationPlan;
  /** What `scanGolden` found, under the same limit. */
  readonly scan: GoldenScan;
  /** Of a new run; one that is resumed keeps its own. */
  readonly id: string;
  /** Where runs and answers are kept. */
  readonly directory: string;
  /** The file of the run to go on with; null for a new one. */
  readonly resume: string | null;
  /** The file of the run that is the baseline, where the plan names one. */
  readonly baselineRun: string | null;
  /** Kept answers of the baseline are not used. */
  readonly isFresh: boolean;
  /** Fills `${env:NAME}`; throws where a variable is missing. */
  readonly fill: (text: string) => string;
  /** Texts that must not be written anywhere. */
  readonly secrets: readonly string[];
  readonly nowMs: () => number;
  /** Ends the run cleanly. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
}

export interface RunProgress extends Spent {
  readonly id: string;
  readonly done: number;
  readonly total: number;
  readonly errors: number;
  /** Cases that were done before this part of the run began. */
  readonly doneBefore: number;
  /** The target said it is too busy, and is asked again after so long; null when it is not. */
  readonly waitMs: number | null;
}

export interface FinishedRun {
  readonly path: string;
  readonly head: RunHead;
  readonly summary: RunSummary;
}

/**
 * Asks a target, and a baseline if there is one, about every case of a golden set, appends each case to the run's file as soon as it is
 * scored, and at the end the summary. Memory grows by some numbers for each case, whatever their texts.
 */
export const runEvaluation = async (options: RunOptions): Promise<FinishedRun> => {
  const { plan, scan } = options;
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const surroundings = toolSchemas(plan.tools);
    const metrics = plan.scorers.map((scorer): OpenMetric => {
      const metric = openMetric(scorer, { surroundings, fill: options.fill });
      closing.push(metric.close);
      return metric;
    });
    const ofCalls = callMetrics(plan);
    const sides = await openSides(options, closing);
    const wanted = headOf(options, sides.baselineLabel, [...metrics, ...ofCalls]);
    const drawn = plan.stopsEarly ? await allCases(plan, scan.cases) : null;
    const early = drawn === null ? null : startEarlyStop(plan, drawn, metrics, ofCalls);
    const tally = startTally(scan.cases, metrics, ofCalls, sides.baseline !== null);
    const gathering = startGathering(tally, early, metrics);
    const resumed =
      options.resume === null
        ? null
        : await resumeRun(options.resume, wanted, sides, (record) => gathering.take(record, record));
    const head = resumed?.head ?? wanted;
    const path = options.resume ?? join(options.directory, `${head.id}.jsonl`);
    const file = await openRunFile(path);
    closing.push(file.close);
    if (resumed === null) await file.append(head);
    const { spent, stoppedBy } = await askCases({
      options,
      id: head.id,
      cases: drawn === null || early === null ? null : Array.from(early.order, (place) => drawn[place]!),
      sides,
      metrics,
      early,
      gathering,
      resumed,
      file,
    });
    const { done, errors, flaky } = gathering.counts;
    const settled = early?.verdict() ?? null;
    const concluded = conclude(
      early === null ? plan : { ...plan, confidence: sequenceLevels(plan.confidence).endConfidence },
      tally.finish(),
      settled !== null ? { settled } : done === scan.cases ? 'complete' : 'stopped',
    );
    const summary: RunSummary = {
      kind: 'summary',
      endedAt: new Date(options.nowMs()).toISOString(),
      ...concluded,
      stoppedBy,
      cases: done,
      errors,
      flaky,
      ...spent,
      notes: [
        ...(stoppedBy === 'errors' ? [`stopped after ${done} cases without a single answer`] : []),
        ...gathering.errorNotes(),
        ...concluded.notes,
        ...notesOf(scan),
      ],
    };
    await file.append(summary);
    return { path, head, summary };
  } finally {
    for (const close of closing.reverse()) await close();
  }
};

const headOf = (
  { plan, scan, id, nowMs }: RunOptions,
  baseline: RunHead['baseline'],
  metrics: readonly { readonly measured: MeasuredMetric }[],
): RunHead => ({
  kind: 'run',
  schema: 1,
  id,
  name: plan.name,
  startedAt: new Date(nowMs()).toISOString(),
  golden: { file: plan.golden, digest: scan.digest, cases: scan.cases },
  candidate: { label: plan.target.label, digest: targetDigest(plan.target) },
  baseline,
  metrics: metrics.map(({ measured }) => measured),
  repeats: plan.repeats,
  ...(plan.stopsEarly ? { drawnWith: plan.seed } : {}),
});

/** In memory, since cases that are asked in a drawn order are wanted from anywhere. */
const allCases = async ({ golden, fields }: EvaluationPlan, count: number): Promise<EvaluationCase[]> => {
  const cases: EvaluationCase[] = [];
  for await (const one of goldenCases(golden, fields)) {
    if (cases.length === count) break;
    cases.push(one);
  }
  return cases;
};

/** What a golden set has that makes its figures say less. */
const notesOf = ({ counts, cases, withExpected }: GoldenScan): string[] => {
  const notes: string[] = [];
  const say = (count: number, what: string): void => {
    if (count > 0) notes.push(`${count} of ${cases} cases ${what}`);
  };
  say(counts['duplicate-input'], 'ask the same as another case and expect the same');
  say(counts.contradiction, 'ask the same as another case and expect something else');
  say(counts.empty, 'have an empty input or an empty expected answer');
  say(counts['in-training-data'], 'also stand in the training data, exactly or nearly');
  if (withExpected < cases)
    say(cases - withExpected, 'name no expected answer; scores that need one leave them out');
  return notes;
};

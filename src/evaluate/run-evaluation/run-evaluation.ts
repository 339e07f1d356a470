import { join } from 'node:path';
import type { PassingScore } from '../../core/evaluation/repeats/repeat-counts.ts';
import type { EvaluationPlan, TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type {
  CallTerms,
  ConfusionFinding,
  MeasuredMetric,
  RepeatFindings,
  RunHead,
  RunSummary,
} from '../../core/evaluation/run/run-record.ts';
import { sequenceLevels } from '../../core/evaluation/sequential/sequence-levels.ts';
import { openLocalEmbedders } from '../embedding/local/open-local-embedders.ts';
import { goldenCases } from '../golden/golden-cases.ts';
import type { GoldenScan } from '../golden/scan-golden.ts';
import { checkCalibrations } from '../judging/check-calibrations.ts';
import { openModelMetrics } from '../judging/open-model-metrics.ts';
import { openRunModels } from '../judging/open-run-models.ts';
import { loadMeasured } from '../load/load-stage.ts';
import { openRunRecording } from '../recording/open-run-recording.ts';
import { openRunFile } from '../records/open-run-file.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { openMetric } from '../scoring/open-metric.ts';
import { toolSchemas } from '../scoring/tool-schemas.ts';
import { askCases } from './ask-cases.ts';
import { besideMetrics } from './beside-metrics.ts';
import { caseMeasures } from './case-measures.ts';
import { conclude } from './conclude.ts';
import { startConfusions } from './confusions.ts';
import { drawnCases } from './drawn-cases.ts';
import { startEarlyStop } from './early-stop.ts';
import { furtherStages, openProxy, withFindings } from './further-stages.ts';
import { startGathering } from './gather.ts';
import type { OpenSides } from './open-sides.ts';
import { openSides } from './open-sides.ts';
import { passingScores } from './repeat-metrics.ts';
import { startRepeatTally } from './repeat-tally.ts';
import { resumeRun, withSpent } from './resume-run.ts';
import { startShapeNote } from './shape-note.ts';
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
  /** Ends the run cleanly, and cuts what is under way. */
  readonly signal: AbortSignal;
  /** Ends the run, and lets the calls under way end; the same as `signal` where no cases are asked. Left out: only `signal` ends it. */
  readonly ending?: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
  /** Reaches target and baseline in another way than by the plan's addresses; the plan says only how they are asked. */
  readonly openSides?: typeof openSides;
  /** Answers that are recorded in a file, or were. Left out: neither. */
  readonly recording?: RecordingUse;
}

export interface RecordingUse {
  readonly path: string;
  /** `record` calls for what is not recorded yet, `anew` for everything, `replay` never. */
  readonly mode: 'record' | 'anew' | 'replay';
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
  /** So many calls are waited for, after which the run ends; left out while nothing ends it. */
  readonly lastCalls?: number;
  /** What is done after the cases, and how far it is, 0 to 1; left out while they are asked. */
  readonly stage?: { readonly what: string; readonly share: number };
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
  const { signal, ending } = options;
  const either = ending === undefined ? signal : AbortSignal.any([signal, ending]);
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const surroundings = toolSchemas(plan.tools);
    const judgeNotes = checkCalibrations(plan);
    const runPath = options.resume ?? join(options.directory, `${options.id}.jsonl`);
    const models = await openRunModels(plan, runPath, options);
    if (models !== null) closing.push(models.close);
    const recording = await openRunRecording(options, closing);
    const embedders = await openLocalEmbedders(plan.scorers, either, closing);
    const metrics = plan.scorers.flatMap((scorer): OpenMetric[] => {
      const ofModel = models === null ? null : openModelMetrics(scorer, models);
      if (ofModel !== null) return ofModel.map((metric) => recording.metric(scorer, metric));
      const metric = openMetric(scorer, { surroundings, fill: options.fill, embedders });
      closing.push(metric.close);
      return [recording.metric(scorer, metric)];
    });
    const measures = caseMeasures(plan, metrics);
    const passing = passingScores(plan.repeats, metrics);
    const beside = besideMetrics(metrics, passing, plan.repeats);
    const sides = recording.sides(await (options.openSides ?? openSides)(options, closing));
    const proxy = await openProxy(options, closing);
    const wanted = headOf(options, sides, [...metricsOf(metrics, measures), ...loadMeasured(plan)], passing);
    const drawn = plan.stopsEarly
      ? await drawnCases(goldenCases(plan.golden, plan.fields), scan.cases, options.directory)
      : null;
    if (drawn !== null) closing.push(drawn.close);
    const early = drawn === null ? null : startEarlyStop(plan, drawn.facts, metrics, measures, beside);
    const tally = startTally({
      total: scan.cases,
      metrics,
      measures,
      hasBaseline: sides.baseline !== null,
      beside,
      leastRepeats: plan.repeats.least,
    });
    const repeats = startRepeatTally(scan.cases, plan, passing);
    const confusions = startConfusions(metrics, plan.repeats.least);
    const gathering = startGathering(tally, early, repeats, startShapeNote(plan), confusions);
    const resumed =
      options.resume === null
        ? null
        : await resumeRun(options.resume, wanted, sides, plan.concurrency, (record) =>
            gathering.take(record, record),
          );
    const head = resumed?.head ?? wanted;
    const file = await openRunFile(runPath);
    closing.push(file.close);
    if (resumed === null) await file.append(head);
    const startedMs = performance.now() - (resumed?.tookMs ?? 0);
    const asked = await askCases({
      options,
      id: head.id,
      cases: drawn === null || early === null ? null : drawn.inOrder(early.order),
      sides,
      metrics,
      models,
      passing,
      early,
      gathering,
      resumed: resumed === null || models === null ? resumed : withSpent(resumed, models.unsettled),
      file,
    });
    const { done, errors, unanswered, flaky } = gathering.counts;
    const settled = early?.verdict() ?? null;
    const { underLoad } = sides;
    const further = await furtherStages(
      { ...options, signal: either },
      {
        ...asked,
        settled,
        startedMs,
        metrics,
        underLoad,
        proxy,
      },
    );
    const { spent, stoppedBy } = further;
    const confidence =
      early === null ? plan.confidence : sequenceLevels(plan.confidence, plan.about).endConfidence;
    const { cases, metrics: scores } = tally.finish();
    const concluded = conclude(
      { ...plan, confidence },
      { cases, metrics: [...scores, ...further.metrics] },
      settled !== null
        ? { settled }
        : done === scan.cases && stoppedBy !== 'interrupted'
          ? 'complete'
          : 'stopped',
    );
    const summary: RunSummary = {
      kind: 'summary',
      endedAt: new Date(options.nowMs()).toISOString(),
      ...concluded,
      verdict: withFindings(concluded.verdict, further.requirements),
      requirements: [...concluded.requirements, ...further.requirements],
      stoppedBy,
      cases: done,
      errors,
      unanswered,
      flaky,
      ...repeatsIn(repeats.finish(confidence)),
      ...confusionIn(confusions.finish()),
      ...spent,
      tookMs: Math.round(performance.now() - startedMs),
      ...(further.load === undefined ? {} : { load: further.load }),
      ...(further.faults === undefined ? {} : { faults: further.faults }),
      notes: [
        ...(stoppedBy === 'errors' ? [`stopped after ${done} cases, every one of them in error`] : []),
        ...gathering.answerNotes(),
        ...concluded.notes,
        ...judgeNotes,
        ...further.notes,
        ...recording.notes(stoppedBy === null || stoppedBy === 'settled'),
        ...notesOf(scan),
      ],
    };
    await file.append(summary);
    await recording.end(stoppedBy === null || stoppedBy === 'settled');
    await models?.settle();
    return { path: runPath, head, summary };
  } finally {
    for (const close of closing.reverse()) await close();
  }
};

const headOf = (
  { plan, scan, id, nowMs }: RunOptions,
  { candidateLabel, baselineLabel }: OpenSides,
  metrics: readonly MeasuredMetric[],
  passing: readonly PassingScore[],
): RunHead => ({
  kind: 'run',
  schema: 1,
  id,
  name: plan.name,
  startedAt: new Date(nowMs()).toISOString(),
  golden: { file: plan.golden, digest: scan.digest, cases: scan.cases },
  candidate: candidateLabel ?? { label: plan.target.label, digest: targetDigest(plan.target) },
  baseline: baselineLabel,
  metrics,
  repeats: plan.repeats.least,
  ...(plan.repeats.most > plan.repeats.least ? { mostRepeats: plan.repeats.most } : {}),
  terms: {
    require: plan.requirements.map(({ text }) => text),
    confidence: plan.confidence,
    mostErrorsShare: plan.mostErrorsShare,
    about: plan.about,
    passedBy: passing.map(({ name }) => name),
    calls: {
      candidate: callTerms(plan.target),
      baseline: plan.baseline?.kind === 'target' ? callTerms(plan.baseline.target) : null,
    },
  },
  ...(plan.stopsEarly ? { drawnWith: plan.seed } : {}),
});

const callTerms = ({ timeoutMs, price }: TargetSpec): CallTerms => ({ timeoutMs, price });

/** Those of the file in its order, then the others. */
const metricsOf = (
  metrics: readonly OpenMetric[],
  measures: ReturnType<typeof caseMeasures>,
): MeasuredMetric[] => {
  const own = metrics.map(({ measured }) => measured);
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...measures.flatMap(({ measured }) => (names.has(measured.name) ? [] : measured))];
};

const repeatsIn = (repeats: RepeatFindings | null): Pick<RunSummary, 'repeats'> =>
  repeats === null ? {} : { repeats };

const confusionIn = (confusion: readonly ConfusionFinding[]): Pick<RunSummary, 'confusion'> =>
  confusion.length === 0 ? {} : { confusion };

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

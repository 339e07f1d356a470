import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { findMetrics } from '../../core/evaluation/requirements/find-metrics.ts';
import type { CaseFacts, MetricScores } from '../../core/evaluation/requirements/requirement-input.ts';
import type {
  AnswerRecord,
  CaseRecord,
  MeasuredMetric,
  RunHead,
  RunSummary,
} from '../../core/evaluation/run/run-record.ts';
import type { ImportedAnswer, ImportedCase, ImportedRun } from '../../core/formats/runs/imported-run.ts';
import { canonicalJson } from '../golden/canonical-json.ts';
import { openRunFile } from '../records/open-run-file.ts';

export interface WrittenRun {
  readonly id: string;
  readonly path: string;
  readonly label: string;
  readonly cases: number;
  readonly metrics: readonly string[];
}

export interface ImportPlaceOfRun {
  readonly id: string;
  readonly directory: string;
  /** The file it came from. */
  readonly from: string;
  readonly nowMs: number;
  /** Of metrics that were computed here, by their names; the others are taken as the program wrote them. */
  readonly measured?: ReadonlyMap<
    string,
    { readonly measured: MeasuredMetric; readonly range: readonly [number, number] }
  >;
}

const LEAST_SLICE_CASES = 10;

/** Writes what another program measured as a run, with the intervals of its scores. Nothing was required of it, so its verdict is inconclusive. */
export const writeImportedRun = async (run: ImportedRun, place: ImportPlaceOfRun): Promise<WrittenRun> => {
  const { id, directory, from, nowMs } = place;
  const metrics = metricsOf(run, place.measured ?? new Map());
  const path = join(directory, `${id}.jsonl`);
  const file = await openRunFile(path);
  try {
    const startedAt = run.startedAt ?? new Date(nowMs).toISOString();
    const head: RunHead = {
      kind: 'run',
      schema: 1,
      id,
      name: run.name,
      startedAt,
      golden: { file: from, digest: digestOfCases(run.cases), cases: run.cases.length },
      candidate: { label: run.label, digest: null },
      baseline: null,
      metrics: metrics.map(({ measured }) => measured),
      repeats: Math.max(1, ...run.cases.map(({ answers }) => answers.length)),
    };
    await file.append(head);
    // One by one would wait for the disk as often as there are cases.
    await Promise.all(run.cases.map((one, position) => file.append(recordOf(one, position))));
    await file.append(summaryOf(run, metrics, startedAt));
    return {
      id,
      path,
      label: run.label,
      cases: run.cases.length,
      metrics: metrics.map(({ measured }) => measured.name),
    };
  } finally {
    await file.close();
  }
};

type Metric = { readonly measured: MeasuredMetric; readonly range: readonly [number, number] };

/** Scores that are all from 0 to 1 are shares; of others the range is not known, and greater is taken for better. */
const metricsOf = ({ cases, program }: ImportedRun, known: ReadonlyMap<string, Metric>): Metric[] => {
  const isShare = new Map<string, boolean>();
  for (const { answers } of cases)
    for (const answer of answers)
      if (answer.kind === 'answer')
        for (const [name, score] of Object.entries(answer.scores))
          isShare.set(name, (isShare.get(name) ?? true) && (score === null || (score >= 0 && score <= 1)));
  return [...isShare].map(
    ([name, share]) =>
      known.get(name) ?? {
        measured: {
          name,
          signature: `imported:${program}|${encodeURIComponent(name)}`,
          better: 'higher',
          unit: share ? 'share' : 'score',
          perCase: true,
        },
        range: share ? [0, 1] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      },
  );
};

/** The same for the same questions and expected answers, in whatever order a program wrote them. */
const digestOfCases = (cases: readonly ImportedCase[]): string => {
  const hash = createHash('sha256');
  for (const line of cases.map(({ id, input, expected }) => canonicalJson({ id, input, expected })).sort())
    hash.update(line).update('\n');
  return `sha256:${hash.digest('hex')}`;
};

const recordOf = ({ answers, ...one }: ImportedCase, position: number): CaseRecord => ({
  kind: 'case',
  ...one,
  position,
  weight: 1,
  candidate: answers.map(answerRecord),
  baseline: [],
});

const answerRecord = (answer: ImportedAnswer): AnswerRecord =>
  answer.kind === 'error'
    ? { kind: 'error', reason: 'imported', detail: answer.detail, latencyMs: 0 }
    : { ...answer, latencyMs: answer.latencyMs ?? 0, firstTokenMs: null };

const summaryOf = (run: ImportedRun, metrics: readonly Metric[], endedAt: string): RunSummary => {
  const answers = run.cases.flatMap((one) => one.answers);
  const answered = answers.filter((one) => one.kind === 'answer');
  const tokens = answered.flatMap((one) => (one.tokens === null ? [] : [one.tokens]));
  const usd = answered.flatMap((one) => (one.usd === null ? [] : [one.usd]));
  const facts = run.cases.map(
    (one): CaseFacts => ({ tags: one.tags, weight: 1, candidateErred: hasErred(one), baselineErred: false }),
  );
  const scores = metrics.map(
    ({ measured, range }): MetricScores => ({
      ...measured,
      range,
      candidate: { kind: 'cases', scores: run.cases.map((one) => meanScore(one, measured.name)) },
      baseline: null,
    }),
  );
  return {
    kind: 'summary',
    endedAt,
    verdict: 'inconclusive',
    stoppedBy: null,
    cases: run.cases.length,
    errors: facts.filter(({ candidateErred }) => candidateErred).length,
    flaky: 0,
    calls: answers.length,
    cachedAnswers: answered.filter(({ isCached }) => isCached).length,
    tokens:
      tokens.length === 0
        ? null
        : { input: sum(tokens.map(({ input }) => input)), output: sum(tokens.map(({ output }) => output)) },
    usd: usd.length === 0 ? null : sum(usd),
    metrics: findMetrics({ cases: facts, metrics: scores, seed: 1 }, LEAST_SLICE_CASES),
    requirements: [],
    notes: [
      `imported from a file of ${run.program}: nothing was asked here, and nothing was required`,
      ...(answered.some(({ latencyMs }) => latencyMs === null)
        ? ['the file does not tell all latencies; those are shown as 0']
        : []),
    ],
  };
};

const hasErred = ({ answers }: ImportedCase): boolean => answers.some(({ kind }) => kind === 'error');

/** Of the repeats; null for a case in error. */
const meanScore = (one: ImportedCase, name: string): number | null => {
  if (hasErred(one)) return null;
  const scores = one.answers.flatMap((answer) =>
    answer.kind === 'answer' ? (answer.scores[name] ?? []) : [],
  );
  return scores.length === 0 ? null : sum(scores) / scores.length;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

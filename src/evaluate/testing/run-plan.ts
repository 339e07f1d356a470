import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  EvaluationPlan,
  RepeatSettings,
  RunRequirement,
  ScorerSpec,
  TargetSpec,
} from '../../core/evaluation/run/evaluation-plan.ts';
import type { CaseRecord } from '../../core/evaluation/run/run-record.ts';
import { scanGolden } from '../golden/scan-golden.ts';
import { readRunFile } from '../records/read-run-file.ts';
import type { FinishedRun, RunOptions } from '../run-evaluation/run-evaluation.ts';
import { runEvaluation } from '../run-evaluation/run-evaluation.ts';
import type { Answerer, AnswerServer } from './serve-answers.ts';
import { serveAnswers } from './serve-answers.ts';

const FIELDS = { id: 'id', input: 'input', expected: 'expected', tags: 'tags', weight: 'weight' };

export const targetAt = (url: string, more: Partial<TargetSpec> = {}): TargetSpec => ({
  label: 'target',
  protocol: 'http',
  url,
  method: 'POST',
  headers: {},
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as people write it
  body: '${input}',
  output: null,
  isStream: false,
  timeoutMs: 5_000,
  usage: { input: '/usage/prompt_tokens', output: '/usage/completion_tokens' },
  price: null,
  version: null,
  ...more,
});

export const scorerOf = (scorer: string, more: Partial<ScorerSpec> = {}): ScorerSpec => ({
  name: scorer,
  how: { kind: 'registry', scorer, options: {} },
  from: '',
  expected: '/expected',
  group: null,
  positive: null,
  ...more,
});

/** No figures about repeats unless they are asked for. */
export const repeatsOf = (least: number, more: Partial<RepeatSettings> = {}): RepeatSettings => ({
  least,
  most: least,
  ks: [],
  passedBy: null,
  ...more,
});

export const planOf = (url: string, more: Partial<EvaluationPlan> = {}): EvaluationPlan => ({
  name: 'test',
  golden: '',
  fields: FIELDS,
  trainingData: null,
  target: targetAt(url),
  baseline: null,
  scorers: [scorerOf('exact')],
  tools: null,
  repeats: repeatsOf(1),
  concurrency: 4,
  requirements: [],
  stopsEarly: false,
  about: 'population',
  budget: { calls: null, tokens: null, usd: null, timeMs: null },
  inconclusive: 'fail',
  mostErrorsShare: 0.01,
  confidence: 0.95,
  seed: 1,
  ...more,
});

export interface Bench {
  readonly directory: string;
  readonly run: (
    plan: EvaluationPlan,
    cases: readonly object[],
    more?: Partial<RunOptions>,
  ) => Promise<FinishedRun & { readonly records: readonly CaseRecord[] }>;
  /** Starts a target that goes with the bench. */
  readonly serve: (answerer: Answerer) => Promise<AnswerServer>;
  /** Ends its targets and removes its directory. */
  readonly remove: () => Promise<void>;
}

/** Runs evaluations in a directory of their own. Cases are written to a golden set first. */
export const openBench = (): Bench => {
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-eval-'));
  const servers: AnswerServer[] = [];
  let runs = 0;
  return {
    directory,
    async run(plan, cases, more = {}) {
      runs += 1;
      const golden = join(directory, 'golden.jsonl');
      writeFileSync(golden, cases.map((one) => JSON.stringify(one)).join('\n'));
      const finished = await runEvaluation({
        plan: { ...plan, golden },
        scan: await scanGolden(golden, { fields: FIELDS, limit: null }),
        id: `run-${runs}`,
        directory,
        resume: null,
        baselineRun: null,
        isFresh: false,
        fill: (text) => text,
        secrets: [],
        nowMs: Date.now,
        signal: new AbortController().signal,
        onProgress: () => {},
        ...more,
      });
      const records: CaseRecord[] = [];
      for await (const line of readRunFile(finished.path)) if (line.kind === 'case') records.push(line);
      records.sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
      return { ...finished, records };
    },
    async serve(answerer) {
      const server = await serveAnswers(answerer);
      servers.push(server);
      return server;
    },
    async remove() {
      await Promise.all(servers.map((server) => server.close()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** What a score must be over all cases. */
export const atLeast = (metric: string, value: number): RunRequirement => ({
  text: `${metric} at least ${value}`,
  metric,
  slice: { kind: 'all' },
  percentile: null,
  bound: { kind: 'min', value },
});

/** By how much a score may be worse than the baseline's. */
export const notWorse = (metric: string, value: number): RunRequirement => ({
  ...atLeast(metric, value),
  text: `${metric} not worse by more than ${value}`,
  bound: { kind: 'notWorseBy', value },
});

/** So many sums with their results. */
export const sums = (count: number): { id: string; input: string; expected: string; tags: string[] }[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `c${i}`,
    input: `${i}+${i}`,
    expected: `${2 * i}`,
    tags: [i % 2 === 0 ? 'even' : 'odd'],
  }));

/** Answers them. */
export const addUp = (body: unknown): string => `${2 * Number(String(body).split('+')[0])}`;

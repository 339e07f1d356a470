import type { buildConnector } from 'undici';
import type { CaseOutcome } from '../core/evaluation/case-outcome.ts';
import type { EvaluationResult, RequirementSpec } from '../core/evaluation/requirement.ts';
import { seededRandom } from '../core/evaluation/seeded-random.ts';
import { reachVerdict } from '../core/evaluation/verdict.ts';
import type { EvaluationSpec } from '../core/release/manifest.ts';
import type { AnswerSource, CaseAnswer } from './answer-source.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import type { GoldenCase } from './golden-case.ts';
import { httpAnswers } from './http-answers.ts';
import type { CaseDetail } from './worst-cases.ts';
import { worstCases } from './worst-cases.ts';

export interface EvaluateOptions {
  readonly spec: EvaluationSpec;
  readonly cases: AsyncIterable<GoldenCase> | Iterable<GoldenCase>;
  /** Addresses of the release under evaluation. */
  readonly candidate: readonly string[];
  /** Addresses of the stable release; null when there is none. */
  readonly stable: readonly string[] | null;
  /** Names the stable release in the result, best by its digest. Default: its addresses. */
  readonly comparedWith?: string;
  /** Opens the connections to either, where their certificates are no ordinary ones. */
  readonly connectCandidate?: buildConnector.connector;
  readonly connectStable?: buildConnector.connector;
  readonly requirements: readonly RequirementSpec[];
  /** Of the two-sided intervals, such as 0.95. */
  readonly confidence: number;
  /** The same seed, cases and answers give the same result. */
  readonly seed: number;
  /** Rejects with its reason, after the calls under way were cut. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Where stable's answers come from instead of calls to `stable`. */
  readonly stableAnswers?: AnswerSource;
}

export interface EvaluationProgress {
  readonly done: number;
  readonly total: number;
  /** Cases that the candidate has not answered so far. */
  readonly errors: number;
}

export interface Evaluation extends EvaluationResult {
  /** Every case, in the order of the golden set. */
  readonly outcomes: readonly CaseDetail[];
  /** At most 20 of those that the candidate got wrong: first what stable gets right, then errors. */
  readonly worst: readonly CaseDetail[];
}

const WARM_UP_CALLS_PER_ADDRESS = 3;

/**
 * Runs a golden set against a release and, on the same cases at the same time, against stable, and holds the
 * requirements against what was found. At most `spec.concurrency` cases are under way, each asking both releases one
 * after the other in an order that the seed draws, so that neither profits from the other's load or caches. Before that, the
 * first case is sent to every address a few times, uncounted.
 */
export const evaluate = async (options: EvaluateOptions): Promise<Evaluation> => {
  const { spec, requirements, confidence, seed } = options;
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const candidate = httpAnswers(options.candidate, spec, options.connectCandidate);
  const stableHttp =
    options.stable === null || options.stableAnswers !== undefined
      ? null
      : httpAnswers(options.stable, spec, options.connectStable);
  const stable = options.stableAnswers ?? stableHttp?.answer ?? null;
  const outcomes: CaseDetail[] = [];
  const notes: string[] = [];
  try {
    const warmUp = async (first: GoldenCase): Promise<void> => {
      const calls = await Promise.all([
        warmUpCalls(candidate.answer, options.candidate.length, first, signal),
        stableHttp === null ? 0 : warmUpCalls(stableHttp.answer, options.stable?.length ?? 0, first, signal),
      ]);
      notes.push(`${calls[0] + calls[1]} calls to warm up were not counted`);
    };
    const order = seededRandom(seed, 'order of calls');
    let errors = 0;
    let done = 0;
    await forEachConcurrently(options.cases, spec.concurrency, warmUp, async (golden, index) => {
      const candidateFirst = order() < 0.5;
      const before = stable === null || candidateFirst ? null : await stable(golden, signal);
      const answered = await candidate.answer(golden, signal);
      const after = stable === null || !candidateFirst ? null : await stable(golden, signal);
      const { id, tags, expected, weight } = golden;
      outcomes[index] = { id, tags, expected, weight, candidate: answered, stable: before ?? after };
      done += 1;
      if (answered.kind === 'error') errors += 1;
      options.onProgress?.({ done, total: spec.golden.cases, errors });
    });
    const retries = candidate.retries() + (stableHttp?.retries() ?? 0);
    if (retries > 0) notes.push(`calls made again after their connection had failed: ${retries}`);
  } finally {
    await Promise.all([candidate.close(), stableHttp?.close()]);
  }
  const outcomeOf = (detail: CaseDetail, answer: CaseAnswer): CaseOutcome => ({
    expected: detail.expected,
    answered: answer.kind === 'answer' ? answer.label : null,
    latencyMs: answer.kind === 'answer' ? Math.min(answer.latencyMs, spec.timeoutMs) : spec.timeoutMs,
    weight: detail.weight,
  });
  const verdict = reachVerdict({
    requirements,
    candidate: outcomes.map((detail) => outcomeOf(detail, detail.candidate)),
    stable: stable === null ? null : outcomes.map((detail) => outcomeOf(detail, detail.stable!)),
    positive: spec.positive,
    confidence,
    ceilingMs: spec.timeoutMs,
    seed,
  });
  return {
    ...verdict,
    golden: spec.golden.digest,
    comparedWith: stable === null ? null : (options.comparedWith ?? (options.stable ?? []).join(', ')),
    notes: [...verdict.notes, ...notes],
    outcomes,
    worst: worstCases(outcomes),
  };
};

/** Resolves to the number of calls made; the first error ends it, so that a release that hangs costs one time-out. */
const warmUpCalls = async (
  answer: AnswerSource,
  addresses: number,
  first: GoldenCase,
  signal: AbortSignal,
): Promise<number> => {
  for (let calls = 1; calls <= WARM_UP_CALLS_PER_ADDRESS * addresses; calls += 1) {
    if ((await answer(first, signal)).kind === 'error') return calls;
  }
  return WARM_UP_CALLS_PER_ADDRESS * addresses;
};

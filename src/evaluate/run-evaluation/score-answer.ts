import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { AnswerRecord, ScoreFailure } from '../../core/evaluation/run/run-record.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import type { Scored } from '../scoring/scored.ts';
import type { TargetAnswer } from '../target/target-answer.ts';

/** Scores one answer under every metric, all at once; `beside` is the other side's output, where there is one. A scorer that fails leaves only its own score out. */
export const scoreAnswer = async (
  one: EvaluationCase,
  answer: TargetAnswer,
  metrics: readonly OpenMetric[],
  price: TargetSpec['price'],
  signal: AbortSignal,
  beside?: unknown,
): Promise<AnswerRecord> => {
  if (answer.kind === 'error') return answer;
  const { output, latencyMs, firstTokenMs, tokens, isCached } = answer;
  const scores: Record<string, number | null> = {};
  const reasons: Record<string, string> = {};
  const failures: Record<string, ScoreFailure> = {};
  let hasFailures = false;
  const waiting: Promise<void>[] = [];
  for (const { measured, score } of metrics) {
    const take = (scored: Scored): void => {
      if (scored.kind === 'failed') {
        const { kind: _, ...failure } = scored;
        failures[measured.name] = failure;
        hasFailures = true;
      } else {
        scores[measured.name] = scored.score;
        if (scored.reason !== null) reasons[measured.name] = scored.reason;
      }
    };
    const thrown = (error: unknown): Scored => failureOf(error, signal);
    try {
      const scored = score(one, output, signal, beside);
      if (scored instanceof Promise) waiting.push(scored.catch(thrown).then(take));
      else take(scored);
    } catch (error) {
      take(thrown(error));
    }
  }
  if (waiting.length > 0) await Promise.all(waiting);
  const usd = usdOf(tokens, price);
  const record = {
    kind: 'answer',
    output,
    latencyMs,
    firstTokenMs,
    tokens,
    usd,
    isCached,
    scores,
    reasons,
  } as const;
  return hasFailures ? { ...record, failures } : record;
};

/**
 * What a scorer stumbled over in an answer is a failure of that score: thrown, it would end the run, and every resumption of it. An interruption, a
 * refusal and what the disk says are none of these and go on.
 */
const failureOf = (error: unknown, signal: AbortSignal): Scored => {
  const isStumble = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
  if (signal.aborted || !isStumble) throw error;
  return { kind: 'failed', detail: `the scorer broke off: ${error.message}` };
};

/** US dollars; null where tokens or prices are not known. */
export const usdOf = (
  tokens: { readonly input: number; readonly output: number } | null,
  price: TargetSpec['price'],
): number | null =>
  tokens === null || price === null
    ? null
    : (tokens.input * price.inputUsd + tokens.output * price.outputUsd) / 1_000_000;

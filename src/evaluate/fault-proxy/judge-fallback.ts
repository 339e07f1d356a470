import type { FallbackSpec } from '../../core/evaluation/faults/fault-plan.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { SchemaTest } from '../scoring/compile-json-schema.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import type { FallbackAnswer } from './ask-for-fallback.ts';

export type FallbackJudgement =
  | { readonly kind: 'kept' }
  | { readonly kind: 'broken'; readonly why: string }
  /** A scorer failed, so it cannot be told. */
  | { readonly kind: 'open'; readonly why: string };

/** Whether an answer is what had to come back; the first thing that is not is named. */
export const judgeFallback = async (
  one: EvaluationCase,
  answer: FallbackAnswer,
  expect: FallbackSpec,
  {
    schemaTest,
    metrics,
  }: { readonly schemaTest: SchemaTest | null; readonly metrics: readonly OpenMetric[] },
  signal: AbortSignal,
): Promise<FallbackJudgement> => {
  const broken = (why: string): FallbackJudgement => ({ kind: 'broken', why });
  if (answer.kind === 'none') return broken(answer.why);
  const { status, text, output, latencyMs } = answer;
  if (!expect.statuses.includes(status))
    return broken(`HTTP ${status} and not ${expect.statuses.join(' or ')}`);
  if (latencyMs > expect.withinMs)
    return broken(`${Math.round(latencyMs)} ms, more than ${expect.withinMs} ms`);
  if (expect.contains !== null && !text.includes(expect.contains))
    return broken(`the answer does not hold ${JSON.stringify(expect.contains)}`);
  const fault = schemaTest?.(output) ?? null;
  if (fault !== null) return broken(`the answer breaks its schema: ${fault}`);
  for (const [name, least] of Object.entries(expect.scores)) {
    const metric = metrics.find(({ measured }) => measured.name === name);
    if (metric === undefined) return { kind: 'open', why: `there is no scorer ${name}` };
    const scored = await metric.score(one, output, signal);
    if (scored.kind === 'failed') return { kind: 'open', why: `${name}: ${scored.detail}` };
    if (scored.score === null) return { kind: 'open', why: `${name} has no score for this case` };
    if (scored.score < least) return broken(`${name} is ${scored.score}, less than ${least}`);
  }
  return { kind: 'kept' };
};

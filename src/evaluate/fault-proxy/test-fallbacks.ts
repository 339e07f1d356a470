import type { FaultPlan, FaultScenario } from '../../core/evaluation/faults/fault-plan.ts';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { FaultFinding } from '../../core/evaluation/run/run-record.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { compileJsonSchema } from '../scoring/compile-json-schema.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { askForFallback } from './ask-for-fallback.ts';
import type { FallbackJudgement } from './judge-fallback.ts';
import { judgeFallback } from './judge-fallback.ts';
import type { FaultProxy } from './open-fault-proxy.ts';

export interface FallbackTests {
  readonly plan: FaultPlan;
  readonly proxy: FaultProxy;
  /** With every reference to the environment filled in. */
  readonly target: TargetSpec;
  readonly cases: readonly EvaluationCase[];
  readonly metrics: readonly OpenMetric[];
  readonly signal: AbortSignal;
  readonly onProgress: (scenario: string, share: number) => void;
}

/** Asks the service about some cases under each scenario, one after the other, so that it is known which call belongs to which case. */
export const testFallbacks = async (tests: FallbackTests): Promise<FaultFinding[]> => {
  const { scenarios } = tests.plan;
  const findings: FaultFinding[] = [];
  for (const [i, scenario] of scenarios.entries()) {
    tests.onProgress(scenario.name, i / scenarios.length);
    findings.push(await testScenario(scenario, tests));
  }
  return findings;
};

const testScenario = async (
  scenario: FaultScenario,
  { proxy, target, cases, metrics, signal }: FallbackTests,
): Promise<FaultFinding> => {
  const { name, fault, firstCalls, expect } = scenario;
  const schemaTest = expect.schema === undefined ? null : compileJsonSchema(expect.schema);
  const found: FaultFinding['cases'][number][] = [];
  for (const one of cases) {
    if (signal.aborted) break;
    const watch = proxy.begin(fault, firstCalls);
    const answer = await askForFallback(target, one, expect.withinMs, signal).catch(() => null);
    const { calls, faulted, upstreamProblem } = watch.end();
    if (answer === null) break;
    const judged: FallbackJudgement =
      calls === 0
        ? { kind: 'open', why: `the service made no call through ${proxy.address}` }
        : upstreamProblem !== null
          ? { kind: 'open', why: `the upstream itself did not answer (${upstreamProblem})` }
          : await judgeFallback(one, answer, expect, { schemaTest, metrics }, signal);
    found.push({
      id: one.id,
      outcome: judged.kind,
      why: judged.kind === 'kept' ? null : judged.why,
      status: answer.kind === 'answer' ? answer.status : null,
      latencyMs: answer.latencyMs,
      calls,
      faulted,
    });
  }
  return { scenario: name, verdict: verdictOf(found, cases.length), cases: found };
};

/** One broken case fails the scenario; one that was not asked, or that cannot be told, leaves it open. */
const verdictOf = (found: FaultFinding['cases'], wanted: number): FaultFinding['verdict'] => {
  if (found.some(({ outcome }) => outcome === 'broken')) return 'fail';
  return wanted === 0 || found.length < wanted || found.some(({ outcome }) => outcome === 'open')
    ? 'inconclusive'
    : 'pass';
};

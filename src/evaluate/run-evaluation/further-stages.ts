import type { MetricScores } from '../../core/evaluation/requirements/requirement-input.ts';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { RequirementFinding, RunSummary } from '../../core/evaluation/run/run-record.ts';
import { faultStage } from '../fault-proxy/fault-stage.ts';
import type { FaultProxy } from '../fault-proxy/open-fault-proxy.ts';
import { openFaultProxy } from '../fault-proxy/open-fault-proxy.ts';
import { loadStage } from '../load/load-stage.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import type { LoadReach } from './open-sides.ts';
import type { RunOptions } from './run-evaluation.ts';
import type { Spent } from './spending.ts';

/** What is done with a target after its cases, and what came of it. */
export interface FurtherStages extends Pick<RunSummary, 'load' | 'faults'> {
  /** Beside those of the cases. */
  readonly metrics: readonly MetricScores[];
  /** Beside those on metrics. */
  readonly requirements: readonly RequirementFinding[];
  readonly notes: readonly string[];
  /** By the whole run. */
  readonly spent: Spent;
  readonly stoppedBy: RunSummary['stoppedBy'];
}

export interface AskedCases {
  readonly spent: Spent;
  readonly stoppedBy: RunSummary['stoppedBy'];
  /** What a sequential test has made of them; null without one, or where it is open. */
  readonly settled: 'pass' | 'fail' | null;
  /** By `performance.now()`, when the first of them was asked; earlier by what earlier parts of the run took. */
  readonly startedMs: number;
  readonly metrics: readonly OpenMetric[];
  readonly underLoad: LoadReach | undefined;
  readonly proxy: FaultProxy | null;
}

/**
 * The proxy of fault tests, where the plan has them. It is there for the whole run, since the target sends its calls through it from the
 * first case on. @throws TidegateError `port-in-use`
 */
export const openProxy = async (
  { plan: { faults }, openSides, recording }: RunOptions,
  closing: (() => Promise<unknown>)[],
): Promise<FaultProxy | null> => {
  if (faults === undefined || openSides !== undefined || recording?.mode === 'replay') return null;
  const proxy = await openFaultProxy(faults);
  closing.push(proxy.close);
  return proxy;
};

/**
 * Puts the target under load, then tests what it does when its upstream fails, where the plan says so; the latter only where the target is reached by
 * the plan's address. What was stopped or had failed before is not asked further.
 */
export const furtherStages = async (
  options: RunOptions,
  { spent, stoppedBy, settled, startedMs, metrics, underLoad, proxy }: AskedCases,
): Promise<FurtherStages> => {
  const skipped =
    options.recording?.mode === 'replay'
      ? 'answers were replayed'
      : settled === 'fail'
        ? 'it had failed before'
        : isStopped(stoppedBy)
          ? 'the run was stopped before'
          : null;
  const onProgress = (what: string, share: number): void =>
    options.onProgress({
      id: options.id,
      done: options.scan.cases,
      total: options.scan.cases,
      errors: 0,
      doneBefore: 0,
      waitMs: null,
      ...spent,
      stage: { what, share },
    });
  const load = await loadStage(
    options,
    { spent, stoppedBy, startedMs, reach: underLoad ?? {} },
    underLoad === undefined ? ELSEWHERE : skipped,
    onProgress,
  );
  const faults = await faultStage(
    options,
    proxy,
    metrics,
    options.openSides !== undefined
      ? ELSEWHERE
      : (skipped ??
          (isStopped(load.stoppedBy)
            ? 'the run was stopped before'
            : hasRoomFor(options.plan, load.spent, startedMs)
              ? null
              : 'the budget is used up')),
    onProgress,
  );
  return {
    metrics: load.metrics,
    requirements: faults.requirements,
    notes: [...load.notes, ...faults.notes],
    spent: { ...load.spent, calls: load.spent.calls + faults.calls },
    stoppedBy: faults.wasInterrupted ? 'interrupted' : load.stoppedBy,
    ...(load.findings.length === 0 ? {} : { load: load.findings }),
    ...(faults.findings.length === 0 ? {} : { faults: faults.findings }),
  };
};

const ELSEWHERE = 'the target is not reached by an address of its own';

/** For the calls of fault tests; what they cost is not foreseen. */
const hasRoomFor = ({ budget, faults }: EvaluationPlan, spent: Spent, startedMs: number): boolean => {
  const calls = (faults?.cases ?? 0) * (faults?.scenarios.length ?? 0);
  const tokens = spent.tokens === null ? 0 : spent.tokens.input + spent.tokens.output;
  return (
    (budget.calls === null || spent.calls + calls <= budget.calls) &&
    (budget.tokens === null || tokens < budget.tokens) &&
    (budget.usd === null || (spent.usd ?? 0) < budget.usd) &&
    (budget.timeMs === null || performance.now() - startedMs < budget.timeMs)
  );
};

const isStopped = (stoppedBy: RunSummary['stoppedBy']): boolean =>
  stoppedBy !== null && stoppedBy !== 'settled';

/** A failed finding fails the whole, an open one keeps it from passing. */
export const withFindings = (
  verdict: RunSummary['verdict'],
  findings: readonly RequirementFinding[],
): RunSummary['verdict'] => {
  if (verdict === 'fail' || findings.some((finding) => finding.verdict === 'fail')) return 'fail';
  return findings.some((finding) => finding.verdict === 'inconclusive') ? 'inconclusive' : verdict;
};

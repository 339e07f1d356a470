import type { FaultFinding, RequirementFinding } from '../../core/evaluation/run/run-record.ts';
import { firstCases } from '../golden/first-cases.ts';
import { filledTarget } from '../run-evaluation/open-sides.ts';
import type { RunOptions } from '../run-evaluation/run-evaluation.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { fallbackFindings, fallbackNotes } from './fallback-findings.ts';
import type { FaultProxy } from './open-fault-proxy.ts';
import { testFallbacks } from './test-fallbacks.ts';

/** What fault tests add to a run. */
export interface FaultStage {
  readonly findings: readonly FaultFinding[];
  readonly requirements: readonly RequirementFinding[];
  readonly notes: readonly string[];
  /** That were made of the target. */
  readonly calls: number;
  readonly wasInterrupted: boolean;
}

const NONE: FaultStage = { findings: [], requirements: [], notes: [], calls: 0, wasInterrupted: false };

/**
 * Tests what comes back while the upstream of the target fails, where the plan says so. Where there is a reason to skip it, every scenario is
 * one that was not tested, and so no pass.
 */
export const faultStage = async (
  options: RunOptions,
  proxy: FaultProxy | null,
  metrics: readonly OpenMetric[],
  skipped: string | null,
  onProgress: (what: string, share: number) => void,
): Promise<FaultStage> => {
  const { faults } = options.plan;
  if (faults === undefined) return NONE;
  if (proxy === null || skipped !== null)
    return skippedStage(
      faults.scenarios.map(({ name }) => name),
      faults.isRequired,
      skipped ?? 'there is no proxy',
    );
  const findings = await testFallbacks({
    plan: faults,
    proxy,
    target: filledTarget(options.plan.target, options.fill),
    cases: await firstCases(options.plan, Math.min(faults.cases, options.scan.cases)),
    metrics,
    signal: options.signal,
    onProgress: (scenario, share) => onProgress(`fault test: ${scenario}`, share),
  });
  return {
    findings,
    requirements: faults.isRequired ? fallbackFindings(findings) : [],
    notes: faults.isRequired ? [] : fallbackNotes(findings),
    calls: findings.reduce((sum, { cases }) => sum + cases.length, 0),
    wasInterrupted: options.signal.aborted,
  };
};

const skippedStage = (names: readonly string[], isRequired: boolean, why: string): FaultStage => ({
  ...NONE,
  requirements: isRequired
    ? names.map((name) => ({
        requirement: `fallback: ${name}`,
        verdict: 'inconclusive',
        found: null,
        moreCases: null,
        detail: `not tested: ${why}`,
      }))
    : [],
  notes: isRequired ? [] : [`nothing was tested with faults: ${why}`],
});

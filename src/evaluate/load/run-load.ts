import { fallsBehind } from '../../core/evaluation/load/falls-behind.ts';
import { loadEstimate } from '../../core/evaluation/load/load-estimate.ts';
import type { LoadMetric, LoadPart } from '../../core/evaluation/load/load-measures.ts';
import { loadMetrics, loadParts } from '../../core/evaluation/load/load-measures.ts';
import type { LoadPlan } from '../../core/evaluation/load/load-plan.ts';
import { quantileOf } from '../../core/evaluation/quantile.ts';
import type { LevelEstimate } from '../../core/evaluation/requirements/level-estimate.ts';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { LoadFinding } from '../../core/evaluation/run/run-record.ts';
import { seededRandom } from '../../core/evaluation/seeded-random.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { TargetClientOptions } from '../target/target-client.ts';
import { targetClient } from '../target/target-client.ts';
import { closedLoop } from './closed-loop.ts';
import type { LoadCaller, LoadSpent, LoadStop } from './load-caller.ts';
import { startLoadCaller } from './load-caller.ts';
import { partName } from './load-notes.ts';
import { openLoop } from './open-loop.ts';

export interface LoadOptions {
  readonly plan: LoadPlan;
  /** With every reference to the environment filled in. */
  readonly target: TargetSpec;
  /** In the place of the target's own origin, where the release answers. */
  readonly reach: Pick<TargetClientOptions, 'addresses' | 'connect'>;
  /** At least one; asked in turn. */
  readonly cases: readonly EvaluationCase[];
  readonly seed: number;
  readonly secrets: readonly string[];
  /** Whether what was spent here uses up a budget. */
  readonly isSpent: (spent: LoadSpent) => boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (what: string, share: number) => void;
}

export interface LoadResult {
  /** One for each of `loadMetrics`, in that order; null where it was not measured. */
  readonly estimates: readonly (LevelEstimate | null)[];
  readonly findings: readonly LoadFinding[];
  readonly spent: Readonly<LoadSpent>;
}

const REPORT_EVERY_MS = 250;

/** Puts a target under load, one part after the other. Nothing is asked twice: what a caller under load would get is what counts. */
export const runLoad = async (options: LoadOptions): Promise<LoadResult> => {
  const { plan, target } = options;
  const spent: LoadSpent = { calls: 0, inputTokens: 0, outputTokens: 0 };
  const metrics = loadMetrics(plan, target.isStream);
  const estimates: (LevelEstimate | null)[] = [];
  const findings: LoadFinding[] = [];
  for (const part of loadParts(plan)) {
    const { caller, stoppedBy } = await runPart(part, options, spent);
    findings.push(findingOf(part, plan, caller, stoppedBy));
    const { warmUpMs: fromMs, durationMs: lengthMs } = timesOf(part, plan);
    for (const { measure } of metrics.filter((metric) => isOf(metric, part)))
      estimates.push(
        stoppedBy === null
          ? loadEstimate(caller.calls, measure, { fromMs, lengthMs }, target.timeoutMs)
          : null,
      );
  }
  return { estimates, findings, spent };
};

const runPart = async (
  part: LoadPart,
  { plan, target, reach, cases, seed, secrets, isSpent, signal, onProgress }: LoadOptions,
  spent: LoadSpent,
): Promise<{ readonly caller: LoadCaller; readonly stoppedBy: LoadStop | null }> => {
  const client = targetClient({
    target,
    concurrency: part.kind === 'open' ? plan.open!.mostUnderWay : part.callers,
    secrets,
    random: seededRandom(seed, 'load'),
    attempts: { busy: 1, connection: 1 },
    ...reach,
  });
  const { warmUpMs, durationMs } = timesOf(part, plan);
  const caller = startLoadCaller(client, cases, spent, (now) => (isSpent(now) ? 'budget' : null), signal);
  const name = `load: ${partName(namesOf(part, plan))}`;
  const ticking = setInterval(
    () => onProgress(name, Math.min(1, caller.nowMs() / (warmUpMs + durationMs))),
    REPORT_EVERY_MS,
  );
  try {
    const stoppedBy =
      part.kind === 'open'
        ? await openLoop(plan.open!, caller, seededRandom(seed, 'arrivals'))
        : await closedLoop(plan.closed!, part.callers, caller);
    // The last calls may have been cut after the last look.
    return { caller, stoppedBy: stoppedBy ?? (signal.aborted ? 'interrupted' : null) };
  } finally {
    clearInterval(ticking);
    await client.close();
  }
};

const findingOf = (
  part: LoadPart,
  plan: LoadPlan,
  { calls, lateness, seen, reasons }: LoadCaller,
  stoppedBy: LoadStop | null,
): LoadFinding => {
  const { warmUpMs, durationMs } = timesOf(part, plan);
  const late = Float64Array.from(lateness, (ms) => Math.max(0, ms)).sort();
  const of = (outcome: string): number => calls.filter((call) => call.outcome === outcome).length;
  return {
    ...namesOf(part, plan),
    warmUpMs,
    durationMs,
    sent: lateness.length,
    answered: of('answer'),
    missed: of('missed'),
    errors: Object.fromEntries(reasons),
    lateMs: late.length === 0 ? null : { p99: quantileOf(late, 0.99), most: late.at(-1)! },
    fallsBehind:
      part.kind === 'open' &&
      fallsBehind(seen.filter(({ intendedMs }) => intendedMs >= warmUpMs).map(({ underWay }) => underWay)),
    stoppedBy,
  };
};

const namesOf = (part: LoadPart, { open }: LoadPlan) =>
  part.kind === 'open'
    ? ({ part: 'open', ratePerSecond: open!.ratePerSecond, callers: null } as const)
    : ({ part: 'closed', ratePerSecond: null, callers: part.callers } as const);

/** A part is there only where its settings are. */
const timesOf = (part: LoadPart, { open, closed }: LoadPlan) => (part.kind === 'open' ? open! : closed!);

const isOf = ({ part }: LoadMetric, other: LoadPart): boolean =>
  part.kind === 'open' ? other.kind === 'open' : other.kind === 'closed' && other.callers === part.callers;

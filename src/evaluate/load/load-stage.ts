import type { LoadMetric } from '../../core/evaluation/load/load-measures.ts';
import { loadMetrics } from '../../core/evaluation/load/load-measures.ts';
import type { MetricScores } from '../../core/evaluation/requirements/requirement-input.ts';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { LoadFinding, MeasuredMetric, RunSummary } from '../../core/evaluation/run/run-record.ts';
import { drawOrder } from '../../core/evaluation/sequential/draw-order.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { firstCases } from '../golden/first-cases.ts';
import type { LoadReach } from '../run-evaluation/open-sides.ts';
import { filledTarget } from '../run-evaluation/open-sides.ts';
import type { RunOptions } from '../run-evaluation/run-evaluation.ts';
import { usdOf } from '../run-evaluation/score-answer.ts';
import type { Spent } from '../run-evaluation/spending.ts';
import type { LoadSpent } from './load-caller.ts';
import { loadNotes } from './load-notes.ts';
import { runLoad } from './run-load.ts';

/** What a load stage adds to a run. */
export interface LoadStage {
  readonly metrics: readonly MetricScores[];
  readonly findings: readonly LoadFinding[];
  readonly notes: readonly string[];
  /** All of the run, this stage included. */
  readonly spent: Spent;
  readonly stoppedBy: RunSummary['stoppedBy'];
}

/** How far the run is. */
export interface AskedBefore extends Pick<LoadStage, 'spent' | 'stoppedBy'> {
  /** By `performance.now()`, when the first case was asked. */
  readonly startedMs: number;
  readonly reach: LoadReach;
}

/** Different requests of a load stage; more are not kept in memory. */
const MOST_CASES = 2_000;

/** As the head of a run names them. */
export const loadMeasured = ({ load, target }: EvaluationPlan): MeasuredMetric[] =>
  load === undefined ? [] : loadMetrics(load, target.isStream).map(({ measured }) => measured);

/**
 * Puts the target of a run under load when its cases have been asked. Where there is a reason to skip it, every
 * figure is one that was not measured.
 */
export const loadStage = async (
  options: RunOptions,
  { spent: before, stoppedBy, startedMs, reach }: AskedBefore,
  skipped: string | null,
  onProgress: (what: string, share: number) => void,
): Promise<LoadStage> => {
  const { plan, signal } = options;
  const { load } = plan;
  const none = { metrics: [], findings: [], notes: [], spent: before, stoppedBy };
  if (load === undefined) return none;
  const named = loadMetrics(load, plan.target.isStream);
  const cases = skipped === null ? await drawnCases(options) : [];
  if (skipped !== null || cases.length === 0)
    return {
      ...none,
      metrics: named.map((metric) => scoresOf(metric, null, plan.target.timeoutMs)),
      notes: [`nothing was put under load: ${skipped ?? 'there are no cases to send'}`],
    };
  const { calls, tokens, usd, timeMs } = plan.budget;
  const withThis = (spent: LoadSpent): Spent => added(before, spent, plan.target.price);
  const { mostRequests = Number.POSITIVE_INFINITY, ...addressed } = reach;
  const { estimates, findings, spent } = await runLoad({
    plan: load,
    target: filledTarget(plan.target, options.fill),
    reach: addressed,
    cases,
    seed: plan.seed,
    secrets: options.secrets,
    isSpent: (now) => {
      const all = withThis(now);
      return (
        now.calls >= mostRequests ||
        (calls !== null && all.calls >= calls) ||
        (tokens !== null && all.tokens !== null && all.tokens.input + all.tokens.output >= tokens) ||
        (usd !== null && all.usd !== null && all.usd >= usd) ||
        (timeMs !== null && performance.now() - startedMs >= timeMs)
      );
    },
    signal,
    onProgress,
  });
  return {
    metrics: named.map((metric, i) => scoresOf(metric, estimates[i] ?? null, plan.target.timeoutMs)),
    findings,
    notes: [
      ...loadNotes(findings),
      ...(spent.calls >= mostRequests
        ? [`no more than ${mostRequests} requests are sent under load at the gate of a release`]
        : []),
    ],
    spent: withThis(spent),
    stoppedBy: findings.some((finding) => finding.stoppedBy === 'interrupted')
      ? 'interrupted'
      : (findings.find((finding) => finding.stoppedBy !== null)?.stoppedBy ?? stoppedBy),
  };
};

const scoresOf = (
  { measured: { name, unit, better } }: LoadMetric,
  estimate: Extract<MetricScores['candidate'], { kind: 'estimate' }>['estimate'],
  timeoutMs: number,
): MetricScores => ({
  name,
  unit,
  better,
  range: [0, unit === 'ms' ? timeoutMs : unit === 'share' ? 1 : Number.POSITIVE_INFINITY],
  candidate: { kind: 'estimate', estimate },
  baseline: null,
});

/** The first cases of the golden set in a drawn order, so that what stands together is not sent together. */
const drawnCases = async ({ plan, scan }: RunOptions): Promise<EvaluationCase[]> => {
  const cases = await firstCases(plan, Math.min(MOST_CASES, scan.cases));
  return Array.from(drawOrder(cases.length, plan.seed), (place) => cases[place]!);
};

const added = (
  before: Spent,
  { calls, inputTokens: input, outputTokens: output }: LoadSpent,
  price: EvaluationPlan['target']['price'],
): Spent => {
  const isCounted = input + output > 0;
  const usd = isCounted ? usdOf({ input, output }, price) : null;
  return {
    calls: before.calls + calls,
    cachedAnswers: before.cachedAnswers,
    tokens: isCounted
      ? { input: (before.tokens?.input ?? 0) + input, output: (before.tokens?.output ?? 0) + output }
      : before.tokens,
    usd: usd === null ? before.usd : (before.usd ?? 0) + usd,
  };
};

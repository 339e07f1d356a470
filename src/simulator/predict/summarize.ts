import { quantileOf } from '../../core/evaluation/quantile.ts';
import { shareInterval } from '../../core/evaluation/share-interval.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import { type Assumptions, baseShare, type Worse, worseShare } from './assumptions.ts';
import type { GoodRelease, Odds, PredictedStage, Spread, WaitsFor, WorseRelease } from './prediction.ts';
import type { Run } from './run-scenario.ts';

const CONFIDENCE = 0.99;

export const oddsOf = (runs: readonly Run[], outcome: Run['outcome']): Odds => {
  const happened = runs.filter((run) => run.outcome === outcome).length;
  const { low, high } = shareInterval(happened, runs.length, CONFIDENCE);
  return { happened, runs: runs.length, low, high };
};

export const spreadOf = (values: readonly number[]): Spread | null => {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantileOf(sorted, 0.5), p90: quantileOf(sorted, 0.9), p99: quantileOf(sorted, 0.99) };
};

export const goodRelease = (plan: Plan, runs: readonly Run[]): GoodRelease => {
  const promoted = runs.filter(({ outcome }) => outcome === 'promoted');
  const stages = stagesOf(plan, runs);
  return {
    promoted: oddsOf(runs, 'promoted'),
    rolledBack: oddsOf(runs, 'rolled-back'),
    rolledBackAtMost: plan.alpha.rollback,
    paused: oddsOf(runs, 'paused'),
    unfinished: oddsOf(runs, 'unfinished'),
    durationMs: spreadOf(promoted.map(({ atMs }) => atMs)),
    stages,
    bottleneck: bottleneckOf(stages),
    course: courseOf(promoted),
  };
};

const stagesOf = (plan: Plan, runs: readonly Run[]): PredictedStage[] => {
  const present = [...new Set(runs.flatMap((run) => run.stages.map(({ stage }) => stage)))].sort(
    (a, b) => a - b,
  );
  return present.map((stage) => {
    const visits = runs.flatMap((run) =>
      run.stages
        .filter((one) => one.stage === stage)
        .map((one) => ({ ...one, isLast: one === run.stages.at(-1), outcome: run.outcome })),
    );
    const left = visits.filter(({ isLast, outcome }) => !isLast || outcome === 'promoted');
    return {
      stage,
      name: plan.stages[stage]?.name ?? String(stage),
      entered: visits.length,
      left: left.length,
      durationMs: spreadOf(left.map(({ durationMs }) => durationMs)),
      waitsFor: mostCommon(visits.map(({ waitsFor }) => waitsFor)),
      paused: visits.filter(({ isLast, outcome }) => isLast && outcome === 'paused').length,
    };
  });
};

const mostCommon = (all: readonly (WaitsFor | null)[]): WaitsFor | null => {
  const counts = new Map<string, number>();
  for (const one of all)
    if (one !== null) counts.set(JSON.stringify(one), (counts.get(JSON.stringify(one)) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first === undefined ? null : (JSON.parse(first[0]) as WaitsFor);
};

/** Where rollouts stop at a time-out, that stage is it; else the one that takes longest. */
const bottleneckOf = (stages: readonly PredictedStage[]): GoodRelease['bottleneck'] => {
  const stuck = stages.filter(({ paused, left }) => paused > left);
  const candidates = stuck.length > 0 ? stuck : stages.filter(({ durationMs }) => durationMs !== null);
  const longest = candidates.toSorted(
    (a, b) => (b.durationMs?.median ?? Infinity) - (a.durationMs?.median ?? Infinity),
  )[0];
  return longest === undefined ? null : { stage: longest.stage, waitsFor: longest.waitsFor };
};

const courseOf = (promoted: readonly Run[]): GoodRelease['course'] => {
  const middle = promoted.toSorted((a, b) => a.atMs - b.atMs)[(promoted.length - 1) >> 1];
  if (middle === undefined) return [];
  let atMs = 0;
  const course = middle.stages.map(({ share, mirrorShare, durationMs }) => {
    const point = { atMs, share, mirrorShare };
    atMs += durationMs;
    return point;
  });
  return [...course, { atMs, share: 1, mirrorShare: 0 }];
};

export const worseRelease = (assumptions: Assumptions, worse: Worse, runs: readonly Run[]): WorseRelease => {
  const back = runs.filter(({ outcome }) => outcome === 'rolled-back');
  const durationMs = spreadOf(back.map(({ atMs }) => atMs));
  const candidateRequests = spreadOf(back.map((run) => run.candidateRequests));
  const shadowRequests = spreadOf(back.map((run) => run.shadowRequests));
  const users = spreadOf(back.flatMap((run) => (run.users === null ? [] : [run.users])));
  return {
    ...worse,
    stableShare: baseShare(assumptions, worse.guard),
    candidateShare: worseShare(assumptions, worse),
    rolledBack: oddsOf(runs, 'rolled-back'),
    promoted: runs.filter(({ outcome }) => outcome === 'promoted').length,
    paused: runs.filter(({ outcome }) => outcome === 'paused').length,
    unfinished: runs.filter(({ outcome }) => outcome === 'unfinished').length,
    back:
      durationMs === null || candidateRequests === null || shadowRequests === null
        ? null
        : { durationMs, candidateRequests, shadowRequests, users },
  };
};

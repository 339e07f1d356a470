import type { GuardReading } from '../../core/evidence/rollout-evidence.ts';
import type { EndedRollout, RolloutState } from '../../core/rollout/state.ts';
import type { TrafficCounts } from '../../core/routing/link.ts';
import type { Figures } from './default-assumptions.ts';

/** What a lane knows about the traffic of its service. */
export interface RecordedLane {
  readonly stable: { readonly release: string } | null;
  readonly traffic: readonly TrafficCounts[];
  /** The rollout that runs, with its newest readings. */
  readonly rollout:
    | (Pick<RolloutState, 'passed' | 'stageEnteredAtMs'> & { readonly readings: readonly GuardReading[] })
    | null;
  /** Newest first. */
  readonly ended: readonly Pick<EndedRollout, 'passed'>[];
}

/** Fewer answers than this say nothing about rates of one in a hundred. */
const ENOUGH_ANSWERS = 200;
/** Shorter stages say little about how many requests come. */
const ENOUGH_MS = 5_000;

/**
 * Figures from what was recorded: shares and latency of stable from its gateways' counts, and where those are few, the shares, the
 * rate and the users from the evidence of the newest rollout that passed a stage. Undefined where nothing is known.
 */
export const recordedFigures = (lane: RecordedLane, declaredSlowMs: number | null): Figures => {
  const counts = lane.traffic.find(
    ({ track, release }) => track === 'stable' && release === lane.stable?.release,
  );
  const hasCounts = counts !== undefined && counts.answered >= ENOUGH_ANSWERS;
  const stages = judgedStages(lane);
  const evidence = (guard: string): number | undefined => shareOf(stages, guard);
  const slowMs = declaredSlowMs ?? (hasCounts ? Math.max(1, counts.latency.p99Ms) : undefined);
  return {
    ratePerSecond: rateOf(stages),
    errors: hasCounts ? counts.failed / counts.answered : evidence('errors'),
    clientErrors: hasCounts ? counts.clientErrors / counts.answered : evidence('client-errors'),
    slow: evidence('slow') ?? (hasCounts && slowMs !== undefined ? slowShareOf(counts, slowMs) : undefined),
    feedback: hasCounts ? counts.feedbackBad / counts.answered : evidence('feedback'),
    disagree: disagreeShareOf(stages),
    medianMs: hasCounts ? counts.latency.p50Ms : undefined,
    slowMs,
    users: usersOf(stages),
  };
};

interface JudgedStage {
  readonly durationMs: number;
  readonly readings: readonly GuardReading[];
}

/** Stages of the newest rollout that has any with evidence. */
const judgedStages = ({ rollout, ended }: RecordedLane): JudgedStage[] => {
  for (const { passed } of [...(rollout === null ? [] : [rollout]), ...ended]) {
    const stages = passed.flatMap(({ gates, enteredAtMs, leftAtMs }): JudgedStage[] =>
      Object.values(gates).flatMap(({ evidence }) =>
        evidence?.kind === 'evidence'
          ? [{ durationMs: leftAtMs - enteredAtMs, readings: evidence.readings }]
          : [],
      ),
    );
    if (stages.length > 0) return stages;
  }
  return [];
};

const readingOf = ({ readings }: JudgedStage, guard: string): GuardReading | undefined =>
  readings.find((reading) => reading.guard === guard);

/** Stable's bad share over the stages. */
const shareOf = (stages: readonly JudgedStage[], guard: string): number | undefined => {
  let bad = 0;
  let known = 0;
  for (const stage of stages) {
    const stable = readingOf(stage, guard)?.stage.stable;
    bad += stable?.bad ?? 0;
    known += (stable?.bad ?? 0) + (stable?.good ?? 0);
  }
  return known < ENOUGH_ANSWERS ? undefined : bad / known;
};

const disagreeShareOf = (stages: readonly JudgedStage[]): number | undefined => {
  const compared = stages.map((stage) => readingOf(stage, 'disagree')?.stage.candidate);
  const bad = compared.reduce((sum, one) => sum + (one?.bad ?? 0), 0);
  const known = compared.reduce((sum, one) => sum + (one?.bad ?? 0) + (one?.good ?? 0), 0);
  return known < ENOUGH_ANSWERS ? undefined : bad / known;
};

/** A gate's readings are from the moment it passed, so the stage's own time is the longest they can cover. */
const rateOf = (stages: readonly JudgedStage[]): number | undefined => {
  const long = stages.filter(({ durationMs }) => durationMs >= ENOUGH_MS);
  const requests = long.reduce((sum, stage) => sum + Math.max(0, ...stage.readings.map(startedOf)), 0);
  const durationMs = long.reduce((sum, stage) => sum + stage.durationMs, 0);
  return requests === 0 ? undefined : requests / (durationMs / 1_000);
};

/** Copies are not users' requests, so the candidate of `disagree` does not count. */
const startedOf = ({ guard, stage }: GuardReading): number =>
  guard === 'disagree' ? 0 : stage.stable.started + stage.candidate.started;

const usersOf = (stages: readonly JudgedStage[]): number | undefined => {
  const most = Math.max(
    0,
    ...stages.flatMap(({ readings }) =>
      readings.map(({ keys }) =>
        keys === undefined ? 0 : keys.rollout.stable.started + keys.rollout.candidate.started,
      ),
    ),
  );
  return most === 0 ? undefined : most;
};

/** Between the recorded quantiles on the scale of logarithms; beyond the last of them a lognormal through the outer two. */
const slowShareOf = ({ latency }: TrafficCounts, slowMs: number): number => {
  const points = [
    { ms: latency.p50Ms, share: 0.5 },
    { ms: latency.p95Ms, share: 0.05 },
    { ms: latency.p99Ms, share: 0.01 },
  ];
  const above = points.findIndex(({ ms }) => slowMs <= ms);
  if (above === 0) return 0.5;
  const [low, high] = above < 0 ? [points[1]!, points[2]!] : [points[above - 1]!, points[above]!];
  if (high.ms <= low.ms) return high.share;
  const steps = Math.log(slowMs / low.ms) / Math.log(high.ms / low.ms);
  return low.share * (high.share / low.share) ** steps;
};

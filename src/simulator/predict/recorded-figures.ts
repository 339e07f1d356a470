import type { GuardReading } from '../../core/evidence/rollout-evidence.ts';
import type { EndedRollout, RolloutState } from '../../core/rollout/state.ts';
import type { TrafficCounts } from '../../core/routing/link.ts';
import { meanRate, ratesByHourOfDay, recordedMs } from '../../core/traffic/recorded-rates.ts';
import {
  type CountedOutcomes,
  HOUR_MS,
  type RecordedHour,
  type StableLatency,
} from '../../core/traffic/traffic-history.ts';
import type { RecordedFigures } from './default-assumptions.ts';

/** What a lane knows about the traffic of its service. */
export interface RecordedLane {
  readonly stable: { readonly release: string; readonly sinceMs: number } | null;
  readonly traffic: readonly TrafficCounts[];
  /** The rollout that runs, with its newest readings. */
  readonly rollout:
    | (Pick<RolloutState, 'passed' | 'stageEnteredAtMs'> & { readonly readings: readonly GuardReading[] })
    | null;
  /** Newest first. */
  readonly ended: readonly Pick<EndedRollout, 'passed'>[];
}

/** What its gateways answered in the last two weeks. */
export interface RecordedTraffic {
  readonly atMs: number;
  readonly hours: readonly RecordedHour[];
  readonly latency: StableLatency | null;
}

/** Fewer answers than this say nothing about rates of one in a hundred. */
const ENOUGH_ANSWERS = 200;
/** Shorter stages say little about how many requests come. */
const ENOUGH_MS = 5_000;

/**
 * Figures from what was recorded: the rate, and what stable's answers were like, from the hours since it serves; where those say little,
 * from the counts of the gateways that run, and then from the evidence of the newest rollout that passed a stage. Undefined where nothing
 * is known.
 */
export const recordedFigures = (
  lane: RecordedLane,
  traffic: RecordedTraffic | null,
  declaredSlowMs: number | null,
): RecordedFigures => {
  const { counts, latency, overMs } = stableOf(lane, traffic);
  const stages = judgedStages(lane);
  const evidence = (guard: string): number | undefined => shareOf(stages, guard);
  const share = (bad: keyof CountedOutcomes): number | undefined =>
    // A fallback may have answered what stable failed.
    counts && Math.min(1, counts[bad] / counts.answered);
  const slowMs = declaredSlowMs ?? (latency && Math.max(1, latency.p99Ms));
  const slow = evidence('slow');
  const rate = meanRate(traffic?.hours ?? []);
  return {
    // Nobody called: that says nothing about a rollout's traffic.
    ratePerSecond: rate === null || rate === 0 ? rateOf(stages) : rate,
    errors: share('failed') ?? evidence('errors'),
    clientErrors: share('clientErrors') ?? evidence('client-errors'),
    slow: slow ?? (latency && slowMs !== undefined ? slowShareOf(latency, slowMs) : undefined),
    feedback: share('feedbackBad') ?? evidence('feedback'),
    disagree: disagreeShareOf(stages),
    medianMs: latency?.p50Ms,
    slowMs,
    users: usersOf(stages),
    recordedMs: {
      ratePerSecond: rate === null || rate === 0 ? undefined : recordedMs(traffic?.hours ?? []),
      errors: overMs,
      clientErrors: overMs,
      feedback: overMs,
    },
  };
};

/** Requests a second in each hour of a day, that of the traffic's moment first; null before a day is recorded, and where nobody called. */
export const recordedRatesByHour = ({ atMs, hours }: RecordedTraffic): readonly number[] | null => {
  const rates = ratesByHourOfDay(hours);
  if (rates === null || rates.every((rate) => rate === 0)) return null;
  const now = Math.floor(atMs / HOUR_MS) % rates.length;
  return [...rates.slice(now), ...rates.slice(0, now)];
};

interface StableTraffic {
  readonly counts: CountedOutcomes | undefined;
  readonly latency: Pick<StableLatency, 'p50Ms' | 'p95Ms' | 'p99Ms'> | undefined;
  /** Undefined for the counts of gateways: since when they run is not known. */
  readonly overMs: number | undefined;
}

const stableOf = ({ stable, traffic }: RecordedLane, history: RecordedTraffic | null): StableTraffic => {
  const running = traffic.find(({ track, release }) => track === 'stable' && release === stable?.release);
  const hasCounts = running !== undefined && running.answered >= ENOUGH_ANSWERS;
  const stored = history?.latency;
  const latency = hasCounts
    ? running.latency
    : stored != null && stored.release === stable?.release
      ? stored
      : undefined;
  // The hour in which it took over is partly that of the release before.
  const own = (history?.hours ?? []).filter(
    ({ hour }) => stable !== null && hour * HOUR_MS >= stable.sinceMs,
  );
  const sum = own.reduce(addOutcomes, { answered: 0, failed: 0, clientErrors: 0, feedbackBad: 0 });
  return sum.answered >= ENOUGH_ANSWERS
    ? { counts: sum, latency, overMs: recordedMs(own) }
    : { counts: hasCounts ? running : undefined, latency, overMs: undefined };
};

const addOutcomes = (sum: CountedOutcomes, { stable }: RecordedHour): CountedOutcomes => ({
  answered: sum.answered + stable.answered,
  failed: sum.failed + stable.failed,
  clientErrors: sum.clientErrors + stable.clientErrors,
  feedbackBad: sum.feedbackBad + stable.feedbackBad,
});

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
const slowShareOf = (latency: Pick<StableLatency, 'p50Ms' | 'p95Ms' | 'p99Ms'>, slowMs: number): number => {
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

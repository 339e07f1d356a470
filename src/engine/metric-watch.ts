import { type MetricAnswer, trouble, valueAnswer } from '../core/metrics/metric-answer.ts';
import type { MetricPlan } from '../core/metrics/metric-plan.ts';
import type { MetricPoll, MetricReading } from '../core/metrics/metric-reading.ts';
import { fillQuery, type QueryFacts } from '../core/metrics/query-template.ts';
import { readMetric, withPoll } from '../core/metrics/read-metric.ts';
import { stageOf } from '../core/rollout/desired.ts';
import type { RolloutState } from '../core/rollout/state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import { type LaneKey, laneStream } from './lane-key.ts';
import type { Lanes } from './lanes.ts';

/**
 * Asks for the outside metrics of every rollout that exposes its candidate, and remembers the newest answers. Nothing of it is stored: polls
 * before and after a restart are not in a row, for nobody looked in between, so a new control plane begins to count anew. That can
 * delay a decision, and can pass nothing.
 */
export interface MetricWatch {
  /** Begins, goes on with or ends the polls of a lane, as its rollout now wants. Idempotent. */
  follow(key: LaneKey): void;
  /** Of the running rollout in its present stage; none while the candidate is not exposed. */
  readings(key: LaneKey): readonly MetricReading[];
  stop(): void;
}

interface Watched {
  readonly rollout: string;
  stage: number;
  readonly metrics: readonly WatchedMetric[];
}

interface WatchedMetric {
  readonly plan: MetricPlan;
  polls: readonly MetricPoll[];
  cancelNext: () => void;
  /** Takes back the question that is under way. */
  giveUp: ((answer: MetricAnswer) => void) | null;
}

export const openMetricWatch = (ports: {
  lanes: Pick<Lanes, 'get'>;
  /** Absent: no source is configured, and every answer is a problem. */
  metrics: Metrics | undefined;
  clock: Clock;
  /** There is a new answer. */
  moved: (key: LaneKey) => void;
  failed: (error: unknown) => void;
}): MetricWatch => {
  const { lanes, clock } = ports;
  const watched = new Map<string, Watched>();

  const end = (stream: string): void => {
    const { metrics } = watched.get(stream) ?? { metrics: [] };
    // First of all, so that what is given up counts for nothing.
    watched.delete(stream);
    for (const metric of metrics) {
      metric.cancelNext();
      metric.giveUp?.(trouble('timeout'));
    }
  };

  /** The first poll of a stage comes one interval after its beginning: before, a value would be about the stage before. */
  const schedule = (key: LaneKey, metric: WatchedMetric): void => {
    metric.cancelNext();
    metric.cancelNext = clock.after(metric.plan.everyMs, () => {
      metric.giveUp?.(trouble('timeout', 'no answer before the next poll'));
      schedule(key, metric);
      const { rollout } = lanes.get(key);
      if (rollout !== null) poll(key, metric, rollout);
    });
  };

  const poll = (key: LaneKey, metric: WatchedMetric, rollout: RolloutState): void => {
    // What is seen while the candidate is pulled off its users says nothing about a stage that gives it to them.
    const at = { atMs: clock.nowMs(), stage: rollout.pulled === null ? rollout.stage : -1 };
    const controller = new AbortController();
    let isOver = false;
    const take = (answer: MetricAnswer): void => {
      if (isOver) return;
      isOver = true;
      metric.giveUp = null;
      controller.abort();
      const isWatched = watched.get(laneStream(key))?.metrics.includes(metric) === true;
      if (!isWatched) return;
      const checked = answer.kind === 'value' ? valueAnswer(answer.value) : answer;
      metric.polls = withPoll(metric.plan, metric.polls, { ...checked, ...at });
      ports.moved(key);
    };
    metric.giveUp = take;
    ask(key, metric.plan, rollout, at.atMs, controller.signal).then(take, (error: unknown) => {
      ports.failed(error);
      take(trouble('unreachable', error instanceof Error ? error.message : String(error)));
    });
  };

  const ask = async (
    key: LaneKey,
    { source, query, range }: MetricPlan,
    rollout: RolloutState,
    atMs: number,
    signal: AbortSignal,
  ): Promise<MetricAnswer> =>
    ports.metrics === undefined
      ? trouble('unconfigured', `${source} is not in tidegate.server.yaml`)
      : ports.metrics.ask({ source, query: fillQuery(query, factsOf(key, rollout)), range, atMs }, signal);

  return {
    follow(key) {
      const { rollout } = lanes.get(key);
      const plans = rollout === null || !isExposed(rollout) ? [] : (rollout.order.plan.metrics ?? []);
      const known = watched.get(laneStream(key));
      if (known !== undefined && (plans.length === 0 || known.rollout !== rollout?.order.rollout))
        end(laneStream(key));
      if (rollout === null || plans.length === 0) return;
      const present = watched.get(laneStream(key)) ?? {
        rollout: rollout.order.rollout,
        stage: -1,
        metrics: plans.map((plan): WatchedMetric => ({ plan, polls: [], cancelNext() {}, giveUp: null })),
      };
      watched.set(laneStream(key), present);
      if (present.stage === rollout.stage) return;
      present.stage = rollout.stage;
      for (const metric of present.metrics) schedule(key, metric);
    },
    readings(key) {
      const { rollout } = lanes.get(key);
      const found = watched.get(laneStream(key));
      if (rollout === null || found?.rollout !== rollout.order.rollout) return [];
      return found.metrics.map(({ plan, polls }) => readMetric(plan, polls, rollout.stage));
    },
    stop() {
      for (const stream of [...watched.keys()]) end(stream);
    },
  };
};

const isExposed = (rollout: RolloutState): boolean => {
  const exposure = stageOf(rollout)?.exposure;
  return exposure !== undefined && (exposure.share > 0 || exposure.mirrorShare > 0);
};

const factsOf = ({ service, environment }: LaneKey, rollout: RolloutState): QueryFacts => ({
  service,
  environment,
  release: rollout.order.release,
  version: rollout.order.releaseVersion,
  track: rollout.pulled === null && (stageOf(rollout)?.exposure.share ?? 0) > 0 ? 'candidate' : 'shadow',
});

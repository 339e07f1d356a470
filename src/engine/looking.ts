import type { AssignmentReading, GuardReading } from '../core/evidence/guard-reading.ts';
import { decide } from '../core/rollout/decide.ts';
import type { LaneInput } from '../core/rollout/inputs.ts';
import { evidenceEffect } from '../core/rollout/name-evidence.ts';
import type { LaneState } from '../core/rollout/state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Environment } from './environments.ts';
import type { EvidenceKeeper } from './evidence-keeper.ts';
import type { LaneKey } from './lane-key.ts';
import { type Lanes, reducesExposure } from './lanes.ts';
import { openMarkedLooks } from './marked-looks.ts';
import type { MetricWatch } from './metric-watch.ts';
import { type LaneView, laneView } from './views.ts';

/** What the evidence says about a lane now, to people and to the rules. */
export interface Looking {
  view(key: LaneKey): LaneView;
  /** Lets the rules judge the lane by the newest evidence; what follows is passed on. */
  look(key: LaneKey): void;
}

export const openLooking = (parts: {
  environments: readonly Environment[];
  lanes: Lanes;
  evidence: EvidenceKeeper;
  metricWatch: Pick<MetricWatch, 'readings'>;
  /** Rollouts that may only lose exposure for now. */
  heldBack: ReadonlySet<string>;
  clock: Clock;
  actor: string;
  tell: (key: LaneKey, input: LaneInput) => Promise<unknown>;
}): Looking => {
  const { environments, lanes, evidence, metricWatch, clock, tell } = parts;
  const readingsOf = ({ rollout }: LaneState, differences = false): readonly GuardReading[] =>
    rollout === null ? [] : evidence.readings(rollout.order.rollout, rollout.stage, { differences });
  const assignmentOf = ({ rollout }: LaneState): AssignmentReading | undefined =>
    rollout === null ? undefined : evidence.assignment(rollout.order.rollout);
  const lookMarked = openMarkedLooks({
    evidence,
    clock,
    async tell(key, look) {
      await tell(key, look);
    },
  });

  return {
    view(key) {
      const state = lanes.get(key);
      const gateway = environments.find(({ name }) => name === key.environment)?.gateway ?? '';
      const traffic = evidence.traffic(key.environment, key.service);
      const metrics = metricWatch.readings(key);
      const readings = readingsOf(state, true);
      const assignment = assignmentOf(state);
      return laneView(key, state, gateway, readings, traffic, clock.nowMs(), metrics, assignment);
    },
    look(key) {
      const state = lanes.get(key);
      if (state.rollout === null && state.queue.length === 0) return;
      const rollout = state.rollout?.order.rollout ?? null;
      const stage = state.rollout?.stage ?? -1;
      const metrics = metricWatch.readings(key);
      const assignment = assignmentOf(state);
      const input = {
        type: 'look',
        rollout,
        stage,
        readings: readingsOf(state),
        metrics,
        ...(assignment !== undefined && { assignment }),
        atMs: clock.nowMs(),
        actor: parts.actor,
      } as const;
      const decision = decide(state, input);
      // Most looks change nothing.
      if (decision.ok && decision.events.length === 0) return;
      if (rollout !== null && parts.heldBack.has(rollout) && decision.ok && !reducesExposure(decision.events))
        return;
      const effect = decision.ok ? evidenceEffect(decision.events) : null;
      if (effect === null) void tell(key, input);
      // What is recorded also says how sure it is; looks that decide nothing need not know.
      else void lookMarked(key, { ...input, readings: readingsOf(state, true) }, effect);
    },
  };
};

import type { Audience } from '../audience/audience.ts';
import type { Digest } from '../digest.ts';
import type { Served } from './events.ts';
import type { Gate, Stage } from './plan.ts';
import type { LaneState, RolloutState } from './state.ts';

/** What the world must look like now, as far as one lane is concerned. Derived, never stored. */
export interface Desired {
  readonly route: DesiredRoute;
  readonly workloads: readonly DesiredWorkload[];
  readonly jobs: readonly DesiredJob[];
}

export interface DesiredRoute {
  readonly stable: Served | null;
  readonly candidate: DesiredCandidate | null;
}

export interface DesiredCandidate extends Served {
  readonly rollout: string;
  readonly stage: number;
  readonly share: number;
  readonly mirrorShare: number;
  readonly audience?: Audience;
}

export interface DesiredWorkload {
  readonly release: Digest;
  /** Null: as many as the release itself says. */
  readonly replicas: number | null;
}

/** One-shot work whose outcome comes back as an observation. The key names it, also after a crash. */
export interface DesiredJob {
  readonly key: string;
  readonly rollout: string;
  readonly release: Digest;
  readonly baseline: Digest | null;
  readonly stage: number;
  readonly gate: number;
  readonly work: Extract<Gate, { type: 'evaluation' | 'command' }>;
  /** It was started before (perhaps by a process that is gone). */
  readonly opened: boolean;
}

export const stageOf = (rollout: RolloutState): Stage | undefined => rollout.order.plan.stages[rollout.stage];

export const desired = (lane: LaneState): Desired => {
  const { rollout, stable } = lane;
  if (rollout === null) {
    return {
      route: { stable, candidate: null },
      workloads: stable === null ? [] : [{ release: stable.release, replicas: null }],
      jobs: [],
    };
  }
  const stage = stageOf(rollout);
  return {
    route: { stable, candidate: stage === undefined ? null : exposed(rollout, stage) },
    workloads: workloads(lane, rollout, stage),
    jobs: stage === undefined || rollout.paused !== null ? [] : jobs(rollout, stage),
  };
};

const exposed = (rollout: RolloutState, stage: Stage): DesiredCandidate | null => {
  const { share, mirrorShare } = rollout.pulled === null ? stage.exposure : copiesOnly(stage);
  if (share === 0 && mirrorShare === 0) return null;
  const { rollout: id, release, releaseVersion } = rollout.order;
  const { audience } = stage.exposure;
  return {
    rollout: id,
    stage: rollout.stage,
    release,
    releaseVersion,
    share,
    mirrorShare,
    ...(audience && { audience }),
  };
};

/**
 * While it is pulled, no user gets the candidate and it is shown every request it can be: no more than it has replicas for, or it
 * would look worse than it is.
 */
const copiesOnly = ({ exposure }: Stage): { share: number; mirrorShare: number } => ({
  share: 0,
  mirrorShare: exposure.replicas === null ? 1 : exposure.share,
});

/**
 * In a rolling rollout the candidate is always one step ahead: the replicas of the next stage get ready while this one is
 * judged, so that the traffic never waits for them.
 */
const workloads = (lane: LaneState, rollout: RolloutState, stage: Stage | undefined): DesiredWorkload[] => {
  const { stages } = rollout.order.plan;
  const now = stage?.exposure.replicas ?? null;
  const after = stages[rollout.stage + 1];
  const next = after === undefined ? now : after.exposure.replicas;
  const candidate = { release: rollout.order.release, replicas: next?.candidate ?? null };
  if (lane.stable === null || lane.stable.release === candidate.release) return [candidate];
  return [{ release: lane.stable.release, replicas: now?.stable ?? null }, candidate];
};

/** Names the work of a gate in the present stage of a rollout. */
export const jobKey = (rollout: RolloutState, gate: number): string =>
  `${rollout.order.rollout}/${rollout.stage}/${gate}`;

const jobs = (rollout: RolloutState, stage: Stage): DesiredJob[] =>
  stage.gates.flatMap((work, gate): DesiredJob[] => {
    if (work.type !== 'evaluation' && work.type !== 'command') return [];
    const state = rollout.gates[gate];
    if (state !== undefined && state.outcome !== null) return [];
    return [
      {
        key: jobKey(rollout, gate),
        rollout: rollout.order.rollout,
        release: rollout.order.release,
        baseline: rollout.baseline?.release ?? null,
        stage: rollout.stage,
        gate,
        work,
        opened: state?.openedAtMs != null,
      },
    ];
  });

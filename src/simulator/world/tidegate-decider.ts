import type { Plan } from '../../core/rollout/plan.ts';
import { type ConductedRollout, conductRollout } from './conduct-rollout.ts';
import type { Decider } from './decider.ts';
import { gatherCohorts } from './gather-cohorts.ts';

/** Tidegate's own rules over `plan`: the gateway's cohorts, the production evidence and the production verdicts. */
export const tidegateDecider = (plan: Plan): Decider & Pick<ConductedRollout, 'readings' | 'lane'> => {
  const rollout = conductRollout(plan);
  const gathering = gatherCohorts(plan);
  return {
    share: rollout.candidateShare,
    mirrorShare: rollout.mirrorShare,
    stage: rollout.stage,
    observe: (event) => gathering.observe(event, rollout.stage()),
    look(atMs) {
      for (const update of gathering.take(atMs)) rollout.absorb(update);
      return rollout.look(atMs);
    },
    readings: rollout.readings,
    lane: rollout.lane,
  };
};

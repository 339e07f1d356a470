import type { Frame } from '../../core/routing/link.ts';

/** Counts what gateways have told any control plane about the requests of a stage, each cohort once. */
export interface ReportedRequests {
  take(frame: Frame): void;
  of(rollout: string, stage: number): { stable: number; candidate: number; mirrored: number };
}

interface Counts {
  readonly stage: string;
  stable: number;
  candidate: number;
  mirrored: number;
}

export const openReported = (): ReportedRequests => {
  const cohorts = new Map<string, Counts>();
  return {
    take(frame) {
      for (const { source, index, rollout, stage, guards, pairs } of frame.cohorts) {
        const key = `${source} ${index} ${rollout}`;
        const known = cohorts.get(key) ?? {
          stage: `${rollout}/${stage}`,
          stable: 0,
          candidate: 0,
          mirrored: 0,
        };
        cohorts.set(key, known);
        for (const { stable, candidate } of Object.values(guards)) {
          known.stable = Math.max(known.stable, stable.started);
          known.candidate = Math.max(known.candidate, candidate.started);
        }
        for (const { started = 0 } of Object.values(pairs ?? {}))
          known.mirrored = Math.max(known.mirrored, started);
      }
    },
    of(rollout, stage) {
      const sum = { stable: 0, candidate: 0, mirrored: 0 };
      for (const one of cohorts.values())
        if (one.stage === `${rollout}/${stage}`) {
          sum.stable += one.stable;
          sum.candidate += one.candidate;
          sum.mirrored += one.mirrored;
        }
      return sum;
    },
  };
};

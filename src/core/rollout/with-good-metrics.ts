import type { Plan, Stage } from './plan.ts';

/**
 * The plan as it works out while every outside metric is good: all they cost then is the time of their polls. For whoever foresees a rollout
 * and cannot know what somebody else will measure.
 */
export const withGoodMetrics = ({ metrics = [], ...plan }: Plan): Plan => {
  const pollsMs = Math.max(0, ...metrics.map(({ everyMs, polls }) => everyMs * polls));
  const waits = ({ exposure, gates }: Stage): boolean =>
    (exposure.share > 0 || exposure.mirrorShare > 0) &&
    gates.some(({ type }) => type === 'evidence' || type === 'soak');
  return {
    ...plan,
    stages: plan.stages.map((stage) =>
      waits(stage) ? { ...stage, minimumMs: Math.max(stage.minimumMs, pollsMs) } : stage,
    ),
  };
};

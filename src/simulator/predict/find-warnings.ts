import type { Plan, Stage } from '../../core/rollout/plan.ts';
import { guardsToPass } from '../../core/rollout/verdict.ts';
import { type Assumptions, PREDICTED_GUARDS } from './assumptions.ts';
import type { WorseRelease } from './prediction.ts';
import type { Run } from './run-scenario.ts';
import type { Warning } from './warning.ts';

/** What can be said about a plan without running it. */
export const plainWarnings = (plan: Plan, { feedback }: Assumptions): Warning[] => {
  const { stages, guards } = plan;
  const exposing = stages.filter(({ exposure }) => exposure.share > 0);
  const mirrors = stages.some(({ exposure }) => exposure.mirrorShare > 0);
  const isFirst = plan.strategy === 'first-release';
  return [
    ...stages.flatMap(impossibleTimes),
    ...(guards.length === 0 && !isFirst && exposing.length > 0 ? [{ code: 'no-guards' } as const] : []),
    ...guards.flatMap(({ name }): Warning[] => {
      if (!PREDICTED_GUARDS.includes(name)) return [{ code: 'not-predicted', guard: name }];
      if (name === 'disagree' && !mirrors && !isFirst)
        return [{ code: 'blind-guard', guard: name, stage: null, because: 'no-mirroring' }];
      // Silence counts as good, so a guard that nobody reports to passes everything.
      if (name === 'feedback' && feedback.from === 'recorded' && feedback.value === 0)
        return [{ code: 'blind-guard', guard: name, stage: null, because: 'no-feedback' }];
      return [];
    }),
    ...(guards.length === 0 ? [] : stages.filter((stage) => isUnseen(plan, stage)).map(unseen)),
    ...(isFirst || guards.length === 0 ? [] : exposing.filter(passesUnwatched).map(unwatched)),
  ];
};

const isUnseen = (plan: Plan, stage: Stage): boolean =>
  stage.gates.some(({ type }) => type === 'evidence') && guardsToPass(plan, stage).length === 0;

const unseen = ({ name }: Stage): Warning => ({ code: 'unseen-gate', stage: name });

const impossibleTimes = ({ name, gates, minimumMs, timeoutMs }: Stage): Warning[] => {
  const soaks = gates.flatMap((gate) => (gate.type === 'soak' ? [gate.durationMs] : []));
  const leastMs = Math.max(minimumMs, ...soaks);
  return timeoutMs !== null && leastMs > timeoutMs
    ? [{ code: 'minimum-above-timeout', stage: name, minimumMs: leastMs, timeoutMs }]
    : [];
};

/** It is left the moment it is entered: at 100 % that ends the rollout, and with it the watching. */
const passesUnwatched = ({ gates, minimumMs }: Stage): boolean => gates.length === 0 && minimumMs === 0;

const unwatched = ({ name }: Stage): Warning => ({ code: 'unwatched-stage', stage: name });

/** Guards that saw nothing in most of the runs that stayed for a while in a stage with users. */
export const blindGuards = (plan: Plan, runs: readonly Run[]): Warning[] =>
  plan.stages.flatMap(({ name, exposure }, index) => {
    const visits = runs.flatMap(({ stages }) => stages.filter(({ stage }) => stage === index));
    if (exposure.share === 0 || visits.length === 0) return [];
    return plan.guards
      .filter((guard) => guard.name !== 'disagree')
      .filter((guard) => visits.filter(({ blind }) => blind.includes(guard.name)).length * 2 > visits.length)
      .map(
        (guard): Warning => ({
          code: 'blind-guard',
          guard: guard.name,
          stage: name,
          because: 'nothing-to-compare',
        }),
      );
  });

/** Stages without a time-out in which good releases stay for ever. */
export const endless = (plan: Plan, runs: readonly Run[], horizonMs: number): Warning[] => {
  const last = runs.flatMap(({ outcome, stages }) =>
    outcome === 'unfinished' ? [stages.at(-1)?.stage] : [],
  );
  return plan.stages.flatMap(({ name }, index): Warning[] => {
    const stuck = last.filter((stage) => stage === index).length;
    return stuck === 0 ? [] : [{ code: 'endless', stage: name, runsShare: stuck / runs.length, horizonMs }];
  });
};

/** A release that gets through more often than not although it is so much worse. */
export const letThrough = (plan: Plan, all: readonly WorseRelease[]): Warning[] =>
  all.flatMap(({ guard, factor, promoted, rolledBack, stableShare, candidateShare }): Warning[] => {
    const marginShare = plan.guards.find(({ name }) => name === guard)?.marginShare ?? 0;
    const promotedShare = promoted / rolledBack.runs;
    return promotedShare > 0.5 && candidateShare - stableShare < marginShare
      ? [{ code: 'margin-lets-through', guard, factor, promotedShare, marginShare }]
      : [];
  });

import type { CohortUpdate } from '../../core/evidence/rollout-evidence.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import { openKeyDraws } from './key-draws.ts';
import {
  compareAnswers,
  newCohort,
  newStanding,
  openOutcome,
  openPair,
  PAIRED_GUARDS,
  REQUEST_GUARDS,
  type SimulatedCohort,
  type Standing,
  settleOutcome,
} from './simulated-cohort.ts';
import type { SimulatedRequest, TrafficEvent } from './traffic-event.ts';

/** What a gateway process does with its traffic before it tells the control plane. */
export interface CohortGathering {
  observe(event: TrafficEvent, stage: number): void;
  /** Cumulative counts of the cohorts that changed since the last call; those whose slice is over are closed. */
  take(atMs: number): CohortUpdate[];
}

/** Throws a RangeError for a plan with a guard that the simulated requests show nothing to. */
export const gatherCohorts = ({ guards, unit }: Plan): CohortGathering => {
  const read = REQUEST_GUARDS.filter((guard) => guards.some(({ name }) => name === guard));
  const compares = guards.some(({ name }) => name === 'disagree');
  const unseen = guards.filter(({ name }) => name !== 'disagree' && !read.some((guard) => guard === name));
  if (unseen.length > 0)
    throw new RangeError(
      `The simulated requests show nothing to ${unseen.map(({ name }) => name).join(', ')}.`,
    );
  const immediate = PAIRED_GUARDS.filter((guard) => read.includes(guard));
  const standings = new Map<SimulatedRequest, Standing>();
  const keys = openKeyDraws();
  let current: SimulatedCohort | null = null;
  let retained: SimulatedCohort[] = [];
  let cohorts = 0;

  const close = (): void => {
    if (current === null) return;
    current.update.closed = true;
    current.hasChanged = true;
    current = null;
  };

  const cohortFor = (request: SimulatedRequest, stage: number): SimulatedCohort => {
    const isSame =
      current !== null &&
      request.startedAtMs < current.endsAtMs &&
      current.update.candidateShare === request.candidateShare &&
      current.update.stage === stage;
    if (current !== null && isSame) return current;
    close();
    current = newCohort(cohorts, stage, request, read, unit === 'key');
    cohorts += 1;
    retained.push(current);
    return current;
  };

  const begin = (request: SimulatedRequest, stage: number): void => {
    const { key, copyOf, isMirrored } = request;
    if (copyOf !== null) {
      const stable = standings.get(copyOf)!;
      const shadow = newStanding(request, stable.cohort, null);
      stable.pair = { stable, shadow };
      shadow.pair = stable.pair;
      standings.set(request, shadow);
      return;
    }
    const { track, candidateShare } = request;
    const drawn =
      unit === 'key' && key !== null && track !== 'shadow' ? keys.draw(key, track, candidateShare) : null;
    const one = newStanding(request, cohortFor(request, stage), drawn);
    standings.set(request, one);
    for (const guard of immediate) openOutcome(one, guard);
    if (isMirrored) for (const guard of immediate) openPair(one, guard);
    if (isMirrored && compares) one.cohort.open += 1;
  };

  const end = (one: Standing): void => {
    const { request, pair } = one;
    if (read.includes('errors')) settleOutcome(one, 'errors', request.isFailed);
    if (read.includes('client-errors')) settleOutcome(one, 'client-errors', request.isClientError);
    if (read.includes('slow')) settleOutcome(one, 'slow', request.isSlow);
    one.hasEnded = true;
    if (compares && pair?.stable.hasEnded && pair.shadow.hasEnded) compareAnswers(pair);
    // Nobody reports on an answer that did not come.
    if (request.track !== 'shadow' && read.includes('feedback') && !request.isFailed)
      openOutcome(one, 'feedback');
    else standings.delete(request);
  };

  return {
    observe(event, stage) {
      if (event.kind === 'started') {
        begin(event.request, stage);
        return;
      }
      const one = standings.get(event.request);
      if (one === undefined) return;
      switch (event.kind) {
        case 'slow':
          if (read.includes('slow')) settleOutcome(one, 'slow', true);
          return;
        case 'ended':
          end(one);
          return;
        case 'feedback':
          settleOutcome(one, 'feedback', event.isBad);
          standings.delete(event.request);
      }
    },
    take(atMs) {
      if (current !== null && atMs >= current.endsAtMs) close();
      const changed = retained.filter(({ hasChanged }) => hasChanged);
      for (const cohort of changed) {
        cohort.update.settled = cohort.update.closed && cohort.open === 0;
        cohort.hasChanged = false;
      }
      retained = retained.filter(({ update }) => !update.settled);
      return changed.map(({ update }) => structuredClone(update));
    },
  };
};

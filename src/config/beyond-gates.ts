import { MOST_AT_GATES, openRequests } from '../core/evaluation/load/load-at-gate.ts';
import type { EvaluationPlan } from '../core/evaluation/run/evaluation-plan.ts';

/** Something that an evaluation asks for and no gate can do, as a phrase, and what to do instead. */
export interface BeyondGates {
  readonly what: string;
  readonly todo: string;
}

/** The first such thing; null when there is none. */
export const beyondGates = ({ load, faults }: EvaluationPlan): BeyondGates | null => {
  // Whatever calls the proxy was not started with the configuration that users will get.
  if (faults !== undefined)
    return {
      what: 'faults for an upstream, and replicas of a sealed release call the upstream itself: to call the fault proxy they would have to run with another configuration than the one that users will get',
      todo: 'Keep `faults` in an evaluation file of its own, and before you ship run it with `tidegate eval run` against a copy that you start with the address of the proxy.',
    };
  const requests = load === undefined ? 0 : openRequests(load);
  return requests <= MOST_AT_GATES
    ? null
    : {
        what: `a load stage of ${requests} requests, and a gate keeps at most ${MOST_AT_GATES} in memory`,
        todo: 'Lower its rate or its duration, or run it with `tidegate eval run`.',
      };
};

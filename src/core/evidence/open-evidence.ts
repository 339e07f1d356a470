import { MEAN_STAKES } from './bet-mean.ts';
import { STAKES } from './bet-paired-not-worse.ts';
import type { TrackOutcomes } from './cohort-update.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { startProcess, startProcessWithReserve } from './e-process.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type { GuardEvidence, RolloutEvidence, StageEvidence } from './evidence-state.ts';
import { LIFTS } from './lifts.ts';
import { SPLIT_LIFTS } from './play-assignment.ts';
import { startWorse } from './worse-process.ts';

/** Empty evidence for one rollout. Throws a RangeError for a spec that no test could be made of. */
export function openEvidence(spec: EvidenceSpec): RolloutEvidence {
  requireAlpha('alphaRollback', spec.alphaRollback);
  requireAlpha('alphaAdvance', spec.alphaAdvance);
  const guards: Record<string, GuardEvidence> = {};
  for (const guard of spec.guards) {
    requireUsableGuard(guard);
    if (Object.hasOwn(guards, guard.name)) throw new RangeError(`guard "${guard.name}" is named twice`);
    guards[guard.name] = {
      rollback: {
        compare: startProcessWithReserve(guard.kind === 'mean' ? MEAN_STAKES.length : LIFTS.length),
        bound: startProcessWithReserve(LIFTS.length),
        paired: startProcessWithReserve(LIFTS.length),
        pull: startWorse(LIFTS.length),
      },
      stages: {},
      cells: {},
      recentStable: { bad: 0, good: 0 },
      cleared: startProcess(STAKES.length),
    };
  }
  return {
    spec: structuredClone(spec),
    open: [],
    guards,
    finishedUpTo: {},
    assignment: { process: startProcess(SPLIT_LIFTS.length), stable: 0, candidate: 0, expectedCandidate: 0 },
    pull: { episode: 0, isOpen: false },
  };
}

export function noOutcomes(): TrackOutcomes {
  return { stable: { started: 0, bad: 0, good: 0 }, candidate: { started: 0, bad: 0, good: 0 } };
}

export function openStage(guard: GuardSpec): StageEvidence {
  return {
    outcomes: noOutcomes(),
    keys: noOutcomes(),
    pairs: { started: 0, both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 },
    yardstick: { bad: 0, good: 0 },
    warmUpRequests: 0,
    advance: {
      compare: startProcess(guard.kind === 'mean' ? MEAN_STAKES.length : 1),
      bound: startProcess(LIFTS.length),
      paired: startProcess(STAKES.length),
    },
  };
}

function requireUsableGuard({ name, marginShare, boundShare, kind, warmUpMs }: GuardSpec): void {
  if (name === '' || name === '__proto__') throw new RangeError(`"${name}" cannot be the name of a guard`);
  if (warmUpMs !== undefined && !(warmUpMs >= 0 && Number.isFinite(warmUpMs))) {
    throw new RangeError(`warmUpMs of guard "${name}" is ${warmUpMs}, but must be 0 or more`);
  }
  if (kind === 'mean' && boundShare !== undefined) {
    throw new RangeError(`guard "${name}" compares means and takes no boundShare`);
  }
  if (boundShare !== undefined) requireShare(`boundShare of guard "${name}"`, boundShare);
  if (name === COMPARISON_GUARD) {
    if (boundShare === undefined) throw new RangeError(`guard "${name}" needs a boundShare`);
    return;
  }
  requireShare(`marginShare of guard "${name}"`, marginShare);
}

/** Beyond a half a test would rather err than not. */
function requireAlpha(what: string, alpha: number): void {
  if (!(alpha > 0 && alpha < 0.5))
    throw new RangeError(`${what} is ${alpha}, but must lie between 0 and 0.5`);
}

function requireShare(what: string, share: number): void {
  if (!(share > 0 && share < 1)) throw new RangeError(`${what} is ${share}, but must lie between 0 and 1`);
}

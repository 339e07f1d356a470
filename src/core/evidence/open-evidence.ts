import { STAKES } from './bet-paired-not-worse.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { startProcess, startProcessWithReserve } from './e-process.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type { GuardEvidence, RolloutEvidence, StageEvidence } from './evidence-state.ts';
import { LIFTS } from './lifts.ts';

/** Empty evidence for one rollout. Throws a RangeError for a spec that no test could be made of. */
export function openEvidence(spec: EvidenceSpec): RolloutEvidence {
  requireShare('alphaRollback', spec.alphaRollback);
  requireShare('alphaAdvance', spec.alphaAdvance);
  const guards: Record<string, GuardEvidence> = {};
  for (const guard of spec.guards) {
    requireUsableGuard(guard);
    if (Object.hasOwn(guards, guard.name)) throw new RangeError(`guard "${guard.name}" is named twice`);
    guards[guard.name] = {
      rollback: {
        compare: startProcessWithReserve(LIFTS.length),
        bound: startProcessWithReserve(LIFTS.length),
        paired: startProcessWithReserve(LIFTS.length),
      },
      stages: {},
    };
  }
  return { spec: structuredClone(spec), open: [], guards, finishedUpTo: {} };
}

export function openStage(): StageEvidence {
  return {
    outcomes: {
      stable: { started: 0, bad: 0, good: 0 },
      candidate: { started: 0, bad: 0, good: 0 },
    },
    pairs: { started: 0, both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 },
    yardstick: { bad: 0, good: 0 },
    advance: {
      compare: startProcess(1),
      bound: startProcess(LIFTS.length),
      paired: startProcess(STAKES.length),
    },
  };
}

function requireUsableGuard({ name, marginShare, boundShare }: GuardSpec): void {
  if (name === '' || name === '__proto__') throw new RangeError(`"${name}" cannot be the name of a guard`);
  if (boundShare !== undefined) requireShare(`boundShare of guard "${name}"`, boundShare);
  if (name === COMPARISON_GUARD) {
    if (boundShare === undefined) throw new RangeError(`guard "${name}" needs a boundShare`);
    return;
  }
  requireShare(`marginShare of guard "${name}"`, marginShare);
}

function requireShare(what: string, share: number): void {
  if (!(share > 0 && share < 1)) throw new RangeError(`${what} is ${share}, but must lie between 0 and 1`);
}

import { copyProcess } from './e-process.ts';
import type { RolloutEvidence } from './evidence-state.ts';
import type { AssignmentReading } from './guard-reading.ts';
import { playAssignment } from './play-assignment.ts';

/** Chance that a coin which is obeyed is ever said not to be. */
const ALPHA = 0.0005;

/** Whether each track got the units that the coin gave it. Pure. */
export function readAssignment(evidence: RolloutEvidence): AssignmentReading {
  const now = { ...evidence.assignment, process: copyProcess(evidence.assignment.process) };
  for (const cohort of evidence.open) playAssignment(now, evidence.spec, cohort);
  const units = now.stable + now.candidate;
  const logE = now.process.peakLogE;
  const logThreshold = -Math.log(ALPHA);
  return {
    unit: evidence.spec.unit ?? 'request',
    stable: now.stable,
    candidate: now.candidate,
    expectedShare: units === 0 ? 0 : now.expectedCandidate / units,
    logE,
    logThreshold,
    crossed: logE >= logThreshold,
  };
}

import { STAKES } from './bet-paired-not-worse.ts';
import { isBoundDerived } from './derived-bound.ts';
import { startProcess, startProcessWithReserve } from './e-process.ts';
import type { RolloutEvidence } from './evidence-state.ts';
import { LIFTS } from './lifts.ts';
import { startWorse } from './worse-process.ts';

/**
 * The candidate was taken off the traffic on a warning; from here on mirrored requests decide. Changes `evidence` in place;
 * repeating it, or telling it of an older pull, changes nothing.
 */
export function beginPull(evidence: RolloutEvidence, episode: number): void {
  if (episode <= evidence.pull.episode) return;
  evidence.pull = { episode, isOpen: true };
  for (const guard of Object.values(evidence.guards)) guard.cleared = startProcess(STAKES.length);
}

/** The candidate may go on: what warned of it is spent, and a new warning must come from new requests. Idempotent as `beginPull`. */
export function endPull(evidence: RolloutEvidence, episode: number): void {
  if (episode !== evidence.pull.episode || !evidence.pull.isOpen) return;
  evidence.pull.isOpen = false;
  for (const spec of evidence.spec.guards) {
    const { rollback } = evidence.guards[spec.name]!;
    rollback.pull = startWorse(LIFTS.length);
    if (isBoundDerived(spec)) rollback.bound = startProcessWithReserve(LIFTS.length);
  }
  for (const cohort of evidence.open) cohort.isPullSpent = true;
}

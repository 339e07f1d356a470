import type { Cohort } from './cohort.ts';
import { BIT, PAIRED_GUARDS, type PairedGuard } from './gateway-guards.ts';

/** The same request sent to both releases. A guard of it is counted once both halves are known. One bit for each guard. */
export interface Pair {
  readonly cohort: Cohort;
  /** Begun and not counted yet. */
  open: number;
  stableIsKnown: number;
  stableIsBad: number;
  candidateIsKnown: number;
  candidateIsBad: number;
}

export function beginPair(cohort: Cohort): Pair {
  let open = 0;
  for (const guard of PAIRED_GUARDS) {
    if (cohort.guards[guard] === undefined) continue;
    cohort.pairs[guard] ??= { started: 0, both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 };
    cohort.pairs[guard].started += 1;
    cohort.open += 1;
    open |= BIT[guard];
  }
  return { cohort, open, stableIsKnown: 0, stableIsBad: 0, candidateIsKnown: 0, candidateIsBad: 0 };
}

/** One side of one guard is known. True when that made the pair count. */
export function settleHalf(
  pair: Pair,
  guard: PairedGuard,
  side: 'stable' | 'candidate',
  isBad: boolean,
): boolean {
  const bit = BIT[guard];
  if ((pair.open & bit) === 0) return false;
  if (side === 'candidate') {
    pair.candidateIsKnown |= bit;
    if (isBad) pair.candidateIsBad |= bit;
  } else {
    pair.stableIsKnown |= bit;
    if (isBad) pair.stableIsBad |= bit;
  }
  if ((pair.stableIsKnown & pair.candidateIsKnown & bit) === 0) return false;
  pair.open &= ~bit;
  const counts = pair.cohort.pairs[guard]!;
  if ((pair.stableIsBad & bit) !== 0) counts[(pair.candidateIsBad & bit) !== 0 ? 'both' : 'stableOnly'] += 1;
  else counts[(pair.candidateIsBad & bit) !== 0 ? 'candidateOnly' : 'neither'] += 1;
  pair.cohort.open -= 1;
  return true;
}

/** The halves can no longer be compared fairly in these guards: what is open counts as good on both sides. */
export function endPair(pair: Pair, guards: readonly PairedGuard[] = PAIRED_GUARDS): void {
  for (const guard of guards) {
    if ((pair.open & BIT[guard]) === 0) continue;
    pair.stableIsBad &= ~BIT[guard];
    pair.candidateIsBad &= ~BIT[guard];
    settleHalf(pair, guard, 'stable', false);
    settleHalf(pair, guard, 'candidate', false);
  }
}

import type { CandidateRoute } from '../../core/routing/table.ts';
import { type Cohort, emptyCohort, isSettled } from './cohort.ts';

export { type Cohort, updateOf } from './cohort.ts';

export interface Cohorts {
  /** The cohort for a request that starts now; a new one when the slice is over or anything about the exposure changed. */
  at(service: string, candidate: CandidateRoute, candidateShare: number, nowMs: number): Cohort;
  /** Closes the cohorts whose slice is over. */
  closeEnded(nowMs: number): void;
  /** Closes everything open, whatever its slice: the exposure has changed. */
  closeAll(): void;
  /** To be called after each change of a cohort. */
  touched(cohort: Cohort): void;
  /** Cohorts that changed since the last call. */
  takeTouched(): readonly Cohort[];
  /** Cohorts that the control plane has not confirmed in their present state. */
  unconfirmed(limit: number): readonly Cohort[];
  /** Makes every retained cohort unconfirmed: the other side may have forgotten. */
  resend(): void;
  /** Forgets the settled cohorts whose last state was in a frame up to `seq`. */
  stored(seq: number): void;
  retained(): number;
}

export interface CohortsSpec {
  readonly sliceMs: number;
  /** More than so many and the oldest settled ones are given up; `onGivenUp` hears how many. */
  readonly retainedAtMost: number;
  readonly onGivenUp: (count: number) => void;
}

export function openCohorts({ sliceMs, retainedAtMost, onGivenUp }: CohortsSpec): Cohorts {
  const indexes = new Map<string, number>();
  const current = new Map<string, Cohort>();
  const retained = new Set<Cohort>();
  const unsent = new Set<Cohort>();
  let changed = new Set<Cohort>();

  const touched = (cohort: Cohort): void => {
    cohort.inFrame = 0;
    changed.add(cohort);
    unsent.add(cohort);
  };
  const close = (service: string, cohort: Cohort): void => {
    current.delete(service);
    cohort.isClosed = true;
    touched(cohort);
  };
  const giveUpOldest = (): void => {
    let given = 0;
    for (const cohort of retained) {
      if (retained.size <= retainedAtMost) break;
      if (!isSettled(cohort)) continue;
      retained.delete(cohort);
      unsent.delete(cohort);
      given += 1;
    }
    if (given > 0) onGivenUp(given);
  };

  return {
    at(service, candidate, candidateShare, nowMs) {
      const present = current.get(service);
      if (present !== undefined) {
        const isSame =
          nowMs < present.endsAtMs &&
          present.candidateShare === candidateShare &&
          present.rollout === candidate.rollout &&
          present.stage === candidate.stage &&
          present.readings === candidate.readings;
        if (isSame) return present;
        close(service, present);
      }
      const index = indexes.get(candidate.rollout) ?? 0;
      indexes.set(candidate.rollout, index + 1);
      const cohort = emptyCohort({
        service,
        candidate,
        candidateShare,
        index,
        endsAtMs: nowMs + sliceMs,
      });
      current.set(service, cohort);
      retained.add(cohort);
      touched(cohort);
      if (retained.size > retainedAtMost) giveUpOldest();
      return cohort;
    },
    closeEnded(nowMs) {
      for (const [service, cohort] of current) if (nowMs >= cohort.endsAtMs) close(service, cohort);
    },
    closeAll() {
      for (const [service, cohort] of current) close(service, cohort);
    },
    touched,
    takeTouched() {
      if (changed.size === 0) return [];
      const taken = [...changed];
      changed = new Set();
      return taken;
    },
    unconfirmed(limit) {
      const batch: Cohort[] = [];
      for (const cohort of unsent) {
        if (batch.length === limit) break;
        unsent.delete(cohort);
        batch.push(cohort);
      }
      return batch;
    },
    resend() {
      for (const cohort of retained) unsent.add(cohort);
    },
    stored(seq) {
      for (const cohort of retained) {
        if (cohort.inFrame > 0 && cohort.inFrame <= seq && isSettled(cohort)) {
          retained.delete(cohort);
          unsent.delete(cohort);
        }
      }
    },
    retained: () => retained.size,
  };
}

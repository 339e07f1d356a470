import type { LaneInput } from '../core/rollout/inputs.ts';
import type { LaneKey } from './lane-key.ts';

/** A rollout whose exposure was cut, with the record that is owed. */
export interface Owed {
  readonly key: LaneKey;
  /** What led to the cut. */
  readonly input: LaneInput;
  readonly rollout: string;
  /** Somebody has taken it back for its own sake after it had been cut for another release to come. */
  readonly takenBack?: LaneInput;
}

/**
 * Exposure that was cut although the ledger could not record why. The gateways hear of it at once (the `cut` of the
 * generation grows), the record follows as soon as the ledger can be written again.
 */
export interface Reductions {
  readonly rollouts: ReadonlySet<string>;
  count(environment: string, seq: number): number;
  /** Counts one more cut above the recorded sequence number and remembers what is owed to the ledger. */
  add(environment: string, seq: number, rollout: string, owed: Omit<Owed, 'rollout'>): void;
  /** A gateway holds a table that was cut before this process started. */
  adopt(environment: string, seq: number, cut: number): void;
  /** Also takes back what was cut for another reason. */
  takeBack(rollout: string, input: LaneInput): void;
  owed(): readonly Owed[];
  settle(rollout: string): void;
}

export const openReductions = (): Reductions => {
  const cuts = new Map<string, { seq: number; cut: number }>();
  const owed = new Map<string, Owed>();
  const rollouts = new Set<string>();
  const present = (environment: string, seq: number): number => {
    const known = cuts.get(environment);
    return known !== undefined && known.seq >= seq ? known.cut : 0;
  };
  return {
    rollouts,
    // While a record is owed the cut stands, also above records about other things.
    count: (environment, seq) =>
      Math.max(
        present(environment, seq),
        [...owed.values()].filter(({ key }) => key.environment === environment).length,
      ),
    add(environment, seq, rollout, what) {
      cuts.set(environment, { seq, cut: present(environment, seq) + 1 });
      rollouts.add(rollout);
      owed.set(rollout, { ...what, rollout });
    },
    adopt(environment, seq, cut) {
      if (cut > present(environment, seq)) cuts.set(environment, { seq, cut });
    },
    takeBack(rollout, input) {
      const known = owed.get(rollout);
      if (known !== undefined) owed.set(rollout, { ...known, takenBack: input });
    },
    owed: () => [...owed.values()],
    settle(rollout) {
      owed.delete(rollout);
      rollouts.delete(rollout);
    },
  };
};

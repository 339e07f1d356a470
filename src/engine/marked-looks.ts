import type { LaneInput } from '../core/rollout/inputs.ts';
import type { EvidenceEffect } from '../core/rollout/name-evidence.ts';
import type { Clock } from '../ports/clock.ts';
import type { EvidenceKeeper, KeptMark } from './evidence-keeper.ts';
import { type LaneKey, laneStream } from './lane-key.ts';

export type Look = Extract<LaneInput, { type: 'look' }>;

/** How long a reduction of exposure waits for its evidence to be stored. Usually that takes a millisecond or two. */
const reductionPatienceMs = 20;

/**
 * Passes a look on whose readings decide something, with the digest of the evidence they were taken from. Exposure is
 * raised only when that evidence is stored: until then every look tries again. A reduction waits a moment and then no longer.
 */
export const openMarkedLooks = (parts: {
  evidence: EvidenceKeeper;
  clock: Clock;
  tell: (key: LaneKey, look: Look) => Promise<void>;
}) => {
  const { evidence, clock, tell } = parts;
  const underWay = new Set<string>();

  const soon = (): { readonly over: Promise<boolean>; readonly cancel: () => void } => {
    let cancel = (): void => {};
    const over = new Promise<boolean>((resolve) => {
      cancel = clock.after(reductionPatienceMs, () => resolve(false));
    });
    return { over, cancel };
  };

  const storedOf = async ({ stored }: KeptMark, effect: EvidenceEffect): Promise<boolean> => {
    if (effect === 'raises') return stored;
    const { over, cancel } = soon();
    try {
      return await Promise.race([stored, over]);
    } finally {
      cancel();
    }
  };

  return async (key: LaneKey, look: Look, effect: EvidenceEffect): Promise<void> => {
    const name = `${effect} ${laneStream(key)}`;
    // More looks come while one waits; they would only decide the same again.
    if (look.rollout === null || underWay.has(name)) return;
    underWay.add(name);
    try {
      const mark = evidence.mark(look.rollout);
      if (mark === null) return await tell(key, look);
      const isStored = await storedOf(mark, effect);
      if (isStored || effect === 'reduces') await tell(key, { ...look, evidenceDigest: mark.digest });
      else mark.forget();
    } finally {
      underWay.delete(name);
    }
  };
};

import type { Random } from '../../core/evaluation/seeded-random.ts';
import type { DrawnKeys } from './draw-keys.ts';
import { drawExponential } from './draws.ts';
import { openKeyDraws } from './key-draws.ts';

/** Keys that a coin with the same probability decided about. */
export interface KeyGroup {
  /** Null: the share in force, for keys that are new in the rollout. */
  readonly drawnAgainWith: number | null;
  readonly stable: number;
  readonly candidate: number;
}

/**
 * When keys come up, without simulating their requests: after the share has changed, key k is seen again after an exponential number of
 * requests with mean one over its part of the traffic.
 */
export interface KeyArrivals {
  /** The share is another one from now on. */
  changeShare(candidateShare: number): void;
  /** After so many more requests: keys to be counted by the probability they were drawn with. */
  pass(requests: number): KeyGroup[];
  /** Different keys that have been on the candidate. */
  affected(): number;
}

export const openKeyArrivals = (keys: DrawnKeys, random: Random): KeyArrivals => {
  const count = keys.place.length;
  const due = new Float64Array(count);
  // Keys by the power of two that their turn comes before; each power is put in order only when it is reached.
  const later: number[][] = [];
  let order: number[] = [];
  const wasOnCandidate = new Uint8Array(count);
  const draws = openKeyDraws();
  let affected = 0;
  let passed = 0;
  let next = 0;
  let power = 0;
  let share = 0;
  const nextDue = (): number | null => {
    while (next === order.length && power < later.length && (power === 0 || 2 ** (power - 1) <= passed)) {
      order = (later[power] ?? []).sort((a, b) => due[a]! - due[b]!);
      next = 0;
      power += 1;
    }
    const key = order[next];
    if (key === undefined || due[key]! > passed) return null;
    next += 1;
    return key;
  };
  return {
    changeShare(candidateShare) {
      later.length = 0;
      for (let key = 0; key < count; key += 1) {
        const turn = drawExponential(random, 1 / keys.trafficShare[key]!);
        due[key] = turn;
        (later[turn < 1 ? 0 : Math.floor(Math.log2(turn)) + 1] ??= []).push(key);
      }
      order = [];
      power = 0;
      passed = 0;
      next = 0;
      share = candidateShare;
    },
    pass(requests) {
      passed += requests;
      const groups = new Map<number | null, { stable: number; candidate: number }>();
      for (let key = nextDue(); key !== null; key = nextDue()) {
        const track = keys.place[key]! < share ? 'candidate' : 'stable';
        if (track === 'candidate' && wasOnCandidate[key] === 0) {
          wasOnCandidate[key] = 1;
          affected += 1;
        }
        const drawn = draws.draw(key, track, share);
        if (drawn.kind === 'counted') continue;
        const probability = drawn.kind === 'first' ? null : drawn.candidateShare;
        const group = groups.get(probability) ?? { stable: 0, candidate: 0 };
        groups.set(probability, group);
        group[track] += 1;
      }
      return [...groups].map(([drawnAgainWith, tracks]) => ({ drawnAgainWith, ...tracks }));
    },
    affected: () => affected,
  };
};

/** Part of the traffic that sticky assignment gives to the candidate. */
export const actualShare = ({ place, trafficShare }: DrawnKeys, candidateShare: number): number => {
  let sum = 0;
  for (let key = 0; key < place.length; key += 1) if (place[key]! < candidateShare) sum += trafficShare[key]!;
  return Math.min(1, sum);
};

import { decide } from '../core/rollout/decide.ts';
import type { LaneEvent } from '../core/rollout/events.ts';
import { evolve } from '../core/rollout/evolve.ts';
import type { LaneInput } from '../core/rollout/inputs.ts';
import { emptyLane, type LaneState } from '../core/rollout/state.ts';
import { isTidegateError, TidegateError } from '../errors.ts';
import type { Ledger, StoredEvent } from '../ports/ledger.ts';
import { decodeLaneEvent, encodeLaneEvent } from './lane-codec.ts';
import { type LaneKey, laneStream, parseLaneStream } from './lane-key.ts';

/** All lanes in memory, each a fold of its stream, and the one way to change them. */
export interface Lanes {
  get(key: LaneKey): LaneState;
  all(): readonly { key: LaneKey; state: LaneState }[];
  /** Takes a recorded event in; used when the ledger is read at start. */
  fold(stored: StoredEvent): void;
  /**
   * Decides, records, folds. Resolves with the events that were recorded, none when the input changed nothing.
   * @param expectedVersion what the caller saw; anything else is a `conflict`.
   * @throws TidegateError the refusal of the rules, `conflict`, or what the ledger says.
   */
  handle(key: LaneKey, input: LaneInput, expectedVersion?: number): Promise<readonly StoredEvent[]>;
}

/** Tries of one decision against a ledger that somebody else also writes to. */
const tries = 5;

export const openLanes = (
  ledger: Ledger,
  recorded: (key: LaneKey, events: readonly StoredEvent[]) => void,
): Lanes => {
  const states = new Map<string, LaneState>();
  const keys = new Map<string, LaneKey>();
  const queues = new Map<string, Promise<unknown>>();

  const get = (key: LaneKey): LaneState => states.get(laneStream(key)) ?? emptyLane;

  const fold = (stored: StoredEvent): void => {
    const key = parseLaneStream(stored.stream);
    if (key === null) return;
    const state = get(key);
    // A record may come in twice: from our own append and from reading on after a conflict.
    if (stored.version !== state.version) return;
    states.set(stored.stream, evolve(state, decodeLaneEvent(stored)));
    keys.set(stored.stream, key);
  };

  const record = async (key: LaneKey, input: LaneInput, expectedVersion: number | undefined) => {
    const stream = laneStream(key);
    for (let attempt = 1; ; attempt += 1) {
      const state = get(key);
      if (expectedVersion !== undefined && expectedVersion !== state.version)
        throw new TidegateError(
          'conflict',
          `${key.service} in ${key.environment} has changed since you looked.`,
          {
            data: { expectedVersion, version: state.version },
          },
        );
      const decision = decide(state, input);
      if (!decision.ok) throw new TidegateError(decision.refusal.code, decision.refusal.detail);
      if (decision.events.length === 0) return [];
      const events = decision.events.map((event) => encodeLaneEvent(event, input.atMs, input.actor));
      try {
        const stored = await ledger.append(stream, state.version, events, {
          reserve: reducesExposure(decision.events),
        });
        for (const one of stored) fold(one);
        recorded(key, stored);
        return stored;
      } catch (error) {
        if (!isTidegateError(error, 'ledger-conflict') || attempt === tries) throw error;
        for (const one of await ledger.read(stream, state.version)) fold(one);
      }
    }
  };

  return {
    get,
    fold,
    all: () => [...states].map(([stream, state]) => ({ key: keys.get(stream)!, state })),
    handle(key, input, expectedVersion) {
      // Most looks change nothing; they need no place in the queue.
      if (input.type === 'look') {
        const decision = decide(get(key), input);
        if (decision.ok && decision.events.length === 0) return Promise.resolve([]);
      }
      const stream = laneStream(key);
      const turn = (queues.get(stream) ?? Promise.resolve()).then(() => record(key, input, expectedVersion));
      const settled = turn.catch(() => undefined);
      queues.set(stream, settled);
      void settled.then(() => {
        if (queues.get(stream) === settled) queues.delete(stream);
      });
      return turn;
    },
  };
};

/** Such events may use the space the ledger keeps in reserve: a full disk must never keep a bad candidate live. */
export const reducesExposure = (events: readonly LaneEvent[]): boolean =>
  events.some(
    (event) =>
      event.type === 'rollout.paused' ||
      event.type === 'candidate.pulled' ||
      (event.type === 'rollout.ended' && event.outcome !== 'completed'),
  );

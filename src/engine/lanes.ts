import { decide } from '../core/rollout/decide.ts';
import type { LaneEvent } from '../core/rollout/events.ts';
import { evolve } from '../core/rollout/evolve.ts';
import type { LaneInput } from '../core/rollout/inputs.ts';
import { emptyLane, type LaneState } from '../core/rollout/state.ts';
import { isTidegateError, TidegateError } from '../errors.ts';
import type { StoredEvent } from '../ports/ledger.ts';
import type { Journal } from './journal.ts';
import { decodeLaneEvent, encodeLaneEvent } from './lane-codec.ts';
import { type LaneKey, laneStream, parseLaneStream } from './lane-key.ts';

/** All lanes in memory, each a fold of its stream, and the one way to change them. */
export interface Lanes {
  get(key: LaneKey): LaneState;
  all(): readonly { key: LaneKey; state: LaneState }[];
  /** Takes a recorded event in. For the journal, which does so once for each, in order; those that are not of a lane change nothing. */
  fold(stored: StoredEvent): void;
  /**
   * Decides and records; the journal folds. Resolves with the events that were recorded, none when the input changed nothing.
   * @param expectedVersion what the caller saw; anything else is a `conflict`.
   * @throws TidegateError the refusal of the rules, `conflict`, or what the ledger says.
   */
  handle(key: LaneKey, input: LaneInput, expectedVersion?: number): Promise<readonly StoredEvent[]>;
}

/** Tries of one decision against a ledger that somebody else also writes to. */
const tries = 5;

export const openLanes = (journal: Pick<Journal, 'append' | 'catchUp'>): Lanes => {
  const states = new Map<string, LaneState>();
  const keys = new Map<string, LaneKey>();
  const queues = new Map<string, Promise<unknown>>();

  const get = (key: LaneKey): LaneState => states.get(laneStream(key)) ?? emptyLane;

  const fold = (stored: StoredEvent): void => {
    const key = parseLaneStream(stored.stream);
    if (key === null) return;
    states.set(stored.stream, evolve(get(key), decodeLaneEvent(stored)));
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
        return await journal.append(stream, state.version, events, {
          reserve: reducesExposure(decision.events),
        });
      } catch (error) {
        if (!isTidegateError(error, 'ledger-conflict') || attempt === tries) throw error;
        await journal.catchUp();
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

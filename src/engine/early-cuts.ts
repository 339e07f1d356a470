import { decide } from '../core/rollout/decide.ts';
import type { LaneInput } from '../core/rollout/inputs.ts';
import { rollbackTarget } from '../core/rollout/rollback-target.ts';
import type { LaneState } from '../core/rollout/state.ts';
import type { Generation } from '../core/routing/table.ts';
import { isTidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type LaneKey, laneStream } from './lane-key.ts';
import { type Lanes, reducesExposure } from './lanes.ts';
import type { Owed, Reductions } from './reductions.ts';

/** What only takes exposure away does not wait for the ledger: the gateways hear of it first, and the record is owed. */
export interface EarlyCuts {
  /** Takes an input in. Resolves true when it is recorded, false when exposure was cut and the record is still owed. */
  handle(key: LaneKey, input: LaneInput, expectedVersion?: number): Promise<boolean>;
  /** A lane has changed: what it owed may be paid, or has to be paid in another way. To be called before it is published. */
  followed(key: LaneKey): void;
  /** Tries to record what is owed. */
  pay(): Promise<void>;
  /** A gateway stands by cuts of a process that died before it could record why. They stay, and are owed from now on. */
  adopt(environment: string, generation: Generation, rollouts: readonly string[]): void;
}

/** A ledger that takes longer over a reduction of exposure is overtaken by it. */
const appendPatienceMs = 500;

export const openEarlyCuts = (parts: {
  lanes: Lanes;
  reductions: Reductions;
  recordedSeq: (environment: string) => number;
  publish: (environment: string) => void;
  /** Starts the way back to the release before. */
  goBack: (key: LaneKey, by: { actor: string; reason: string; expectedVersion: number }) => Promise<unknown>;
  clock: Clock;
  actor: string;
  failed: (error: unknown) => void;
}): EarlyCuts => {
  const { lanes, reductions, clock, failed } = parts;

  /** Does this input end exposure? Such an effect may go before its record. */
  const reduces = (key: LaneKey, input: LaneInput): boolean => {
    const decision = decide(lanes.get(key), input);
    return (
      decision.ok &&
      decision.events.some(({ type }) => type === 'rollout.ended' || type === 'candidate.pulled') &&
      reducesExposure(decision.events)
    );
  };

  /** Takes the candidate off the routes now; the record is owed to the ledger until it can be written. */
  const cut = (key: LaneKey, input: LaneInput, because: unknown): void => {
    const rollout = lanes.get(key).rollout?.order.rollout;
    if (rollout === undefined) return;
    if (reductions.rollouts.has(rollout)) {
      if (input.type !== 'start') reductions.takeBack(rollout, input);
      return;
    }
    reductions.add(key.environment, parts.recordedSeq(key.environment), rollout, { key, input });
    parts.publish(key.environment);
    failed(because);
  };

  /** A ledger that does not answer must not keep a bad candidate live. Resolves false after the cut, else never. */
  const overdue = (key: LaneKey, input: LaneInput, recording: Promise<boolean>): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = clock.after(appendPatienceMs, () => {
        cut(key, input, new Error(`The ledger has not answered within ${appendPatienceMs} ms.`));
        resolve(false);
      });
      recording.then(cancel, cancel);
    });

  const handle = async (key: LaneKey, input: LaneInput, expectedVersion?: number): Promise<boolean> => {
    const { version } = lanes.get(key);
    const isReduction = (expectedVersion ?? version) === version && reduces(key, input);
    const recording = lanes.handle(key, input, expectedVersion).then(() => true);
    try {
      return isReduction ? await Promise.race([recording, overdue(key, input, recording)]) : await recording;
    } catch (error) {
      const isUnwritable =
        isTidegateError(error, 'disk-full') || isTidegateError(error, 'ledger-unavailable');
      if (!isUnwritable || !reduces(key, input)) throw error;
      cut(key, input, error);
      return false;
    }
  };

  const isRunning = ({ key, rollout }: Owed): boolean => lanes.get(key).rollout?.order.rollout === rollout;

  /** Whatever led to the cut may look different by now; the cut happened all the same and ends the rollout. */
  const payOne = async (debt: Owed): Promise<void> => {
    const { key, input } = debt;
    const at = { atMs: clock.nowMs(), actor: parts.actor };
    const reason = 'Exposure was cut when the ledger could not be written.';
    if (isRunning(debt)) await lanes.handle(key, input).catch(() => []);
    if (isRunning(debt)) await lanes.handle(key, { type: 'rollback', reason, ...at });
    if (!isOwed(lanes.get(key), debt)) return;
    // It had completed before anybody could stop it. A new release that somebody has sent after it leads away from it too.
    const { rollout, version } = lanes.get(key);
    if (rollout !== null) return;
    if (input.type === 'start' && !isKnown(lanes.get(key), input.order.rollout)) {
      // Where it would lead back to may have been taken back since; then another way is looked for.
      const isUnderWay = await lanes.handle(key, input).then(
        () => true,
        () => false,
      );
      if (isUnderWay) return;
    }
    const back = debt.takenBack ?? input;
    if (rollbackTarget(lanes.get(key)) === null) return;
    const said = 'reason' in back ? back.reason : null;
    await parts.goBack(key, { actor: back.actor, reason: said ?? reason, expectedVersion: version });
  };

  let isPaying = false;
  const pay = async (): Promise<void> => {
    if (isPaying) return;
    isPaying = true;
    try {
      for (const debt of reductions.owed()) {
        await payOne(debt).catch(failed);
        settlePaid(debt.key);
      }
    } finally {
      isPaying = false;
    }
  };

  const settlePaid = (key: LaneKey): void => {
    for (const debt of reductions.owed())
      if (laneStream(debt.key) === laneStream(key) && !isOwed(lanes.get(key), debt))
        reductions.settle(debt.rollout);
  };

  return {
    handle,
    pay,
    followed(key) {
      settlePaid(key);
      const { stable } = lanes.get(key);
      if (stable !== null && reductions.rollouts.has(stable.rollout)) void pay();
    },
    adopt(environment, { seq, cut: count }, rollouts) {
      const recordedSeq = parts.recordedSeq(environment);
      if (seq === recordedSeq) reductions.adopt(environment, seq, count);
      const reason = 'Exposure was cut before a restart, when the ledger could not record it.';
      const input: LaneInput = { type: 'rollback', reason, atMs: clock.nowMs(), actor: parts.actor };
      for (const rollout of rollouts) {
        const lane = lanes
          .all()
          .find(({ key, state }) => key.environment === environment && isAbout(state, rollout));
        if (lane === undefined || reductions.rollouts.has(rollout)) continue;
        const debt = { key: lane.key, input, rollout };
        if (isOwed(lane.state, debt)) reductions.add(environment, recordedSeq, rollout, debt);
      }
      parts.publish(environment);
      void pay();
    },
  };
};

const isAbout = ({ rollout, stable }: LaneState, id: string): boolean =>
  rollout?.order.rollout === id || stable?.rollout === id;

/** Is the ledger still to say that this rollout was taken back? */
const isOwed = (lane: LaneState, { rollout: id, input, takenBack }: Owed): boolean => {
  const { rollout, stable, ended } = lane;
  if (rollout?.order.rollout === id) return true;
  if (stable?.rollout !== id) return false;
  const [newest] = ended;
  // A way back that arrived: from there no way leads on to the release that it has left.
  if (ended.some(({ order }) => order.rollout === id && order.kind === 'rollback')) return false;
  // Somebody, or something, has ended the way back: it stays.
  if (newest?.order.kind === 'rollback' && newest.outcome !== 'superseded') return false;
  // Nobody wanted it gone for its own sake, but for another to come; and that one has been recorded.
  if (takenBack !== undefined || input.type !== 'start' || input.order.kind === 'rollback') return true;
  return !isKnown(lane, input.order.rollout);
};

const isKnown = ({ rollout, ended }: LaneState, id: string): boolean =>
  rollout?.order.rollout === id || ended.some(({ order }) => order.rollout === id);

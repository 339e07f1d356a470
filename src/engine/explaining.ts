import type { Digest } from '../core/digest.ts';
import type { EvidenceSpec, GuardReading, RolloutEvidence } from '../core/evidence/rollout-evidence.ts';
import { readGuards } from '../core/evidence/rollout-evidence.ts';
import { TidegateError } from '../errors.ts';
import type { EvidenceMark, EvidenceStore } from '../ports/evidence-store.ts';
import type { Ledger } from '../ports/ledger.ts';
import { callCostsOf } from './call-costs.ts';
import type { EvidenceKeeper } from './evidence-keeper.ts';
import { type Explanation, explainRollout } from './explanation.ts';
import { decodeLaneEvent } from './lane-codec.ts';
import { type LaneKey, laneStream } from './lane-key.ts';
import { storedKept } from './stored-kept.ts';
import type { LaneView } from './views.ts';

/** Looking back at rollouts, running and ended. */
export interface Explaining {
  /** @throws TidegateError `not-found` */
  explain(key: LaneKey, rollout: string): Promise<Explanation>;
  /**
   * The stored lines of a rollout's evidence from position `from`, at most `limit`, and what they must be read with.
   * @throws TidegateError `not-found` when nothing of it is kept
   */
  lines(
    key: LaneKey,
    rollout: string,
    from: number,
    limit: number,
  ): Promise<{ readonly spec: EvidenceSpec; readonly lines: readonly string[] }>;
  /** @throws TidegateError `not-found` */
  mark(key: LaneKey, rollout: string, digest: Digest): Promise<EvidenceMark>;
}

export const openExplaining = (parts: {
  ledger: Ledger;
  store: EvidenceStore;
  evidence: EvidenceKeeper;
  view: (key: LaneKey) => LaneView;
}): Explaining => {
  const { ledger, store, evidence } = parts;

  /** As it stands in the store; null when nothing is kept that this version could read. */
  const kept = async (rollout: string) => storedKept((await store.snapshot(rollout))?.evidence);

  const explain = async (key: LaneKey, rollout: string): Promise<Explanation> => {
    const records = (await ledger.read(laneStream(key))).map(decodeLaneEvent);
    const stored = await kept(rollout);
    const { rollout: running, traffic } = parts.view(key);
    const isRunning = running?.order.rollout === rollout;
    const lastStage = records.findLast(
      ({ event }) => event.type === 'stage.entered' && event.rollout === rollout,
    )?.event;
    const stage = lastStage?.type === 'stage.entered' ? lastStage.stage : -1;
    const explanation = explainRollout(key, records, rollout, {
      verdict: isRunning ? running.verdict : null,
      readings: isRunning
        ? evidence.readings(rollout, stage, { differences: true })
        : readStored(stored?.evidence, stage),
      metrics: isRunning ? running.metrics : [],
      leftOut: isRunning ? running.leftOut : null,
      costs: isRunning
        ? callCostsOf(traffic, running.order.release, running.baseline?.release ?? null)
        : null,
      // One that has just begun is stored a moment later.
      storedLines: stored === null && isRunning ? 0 : (stored?.log?.settled ?? null),
    });
    if (explanation === null) throw unknownRollout(key, rollout);
    return explanation;
  };

  /** Evidence is asked for by rollout alone, so that it belongs to this lane must be seen here. */
  const assertInLane = async (key: LaneKey, rollout: string): Promise<void> => {
    const view = parts.view(key);
    if (view.rollout?.order.rollout === rollout) return;
    if (view.ended.some(({ order }) => order.rollout === rollout)) return;
    throw unknownRollout(key, rollout);
  };

  const notKept = (rollout: string): TidegateError =>
    new TidegateError('not-found', `No evidence of rollout ${rollout} is kept.`, {
      todo: 'The readings it was decided on are in the ledger: `tidegate audit --rollout`.',
    });

  return {
    explain,
    async lines(key, rollout, from, limit) {
      await assertInLane(key, rollout);
      const stored = await kept(rollout);
      if (stored?.log == null) throw notKept(rollout);
      return { spec: stored.evidence.spec, lines: await store.lines(rollout, from, limit) };
    },
    async mark(key, rollout, digest) {
      await assertInLane(key, rollout);
      const mark = await store.mark(rollout, digest);
      if (mark === null) throw notKept(rollout);
      return mark;
    },
  };
};

const readStored = (evidence: RolloutEvidence | undefined, stage: number): readonly GuardReading[] =>
  evidence === undefined || stage < 0 ? [] : readGuards(evidence, stage, { differences: true });

const unknownRollout = ({ service, environment }: LaneKey, rollout: string): TidegateError =>
  new TidegateError('not-found', `There is no rollout ${rollout} of ${service} in ${environment}.`, {
    todo: '`tidegate list rollouts` shows those there are.',
  });

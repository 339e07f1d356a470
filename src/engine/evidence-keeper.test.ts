import { beforeEach, describe, expect, it } from 'vitest';
import { openMemoryGateways } from '../adapters/gateways/memory-gateways.ts';
import {
  type MemoryEvidenceStore,
  openMemoryEvidenceStore,
} from '../adapters/memory/memory-evidence-store.ts';
import { openVirtualClock } from '../adapters/memory/virtual-clock.ts';
import type { Digest } from '../core/digest.ts';
import { decodeStep } from '../core/evidence/evidence-step.ts';
import { replayEvidence } from '../core/evidence/replay.ts';
import { type CohortUpdate, type GuardReading, readGuards } from '../core/evidence/rollout-evidence.ts';
import { decodeCohort } from '../core/evidence/stored-cohort.ts';
import { planFor } from '../core/rollout/testing/lane.ts';
import type { Frame } from '../core/routing/link.ts';
import { openEvidenceKeeper } from './evidence-keeper.ts';
import { storedKept } from './stored-kept.ts';

const plan = planFor();
const rollout = 'ro_1';

let store: MemoryEvidenceStore;
let clock: ReturnType<typeof openVirtualClock>;
let failures: unknown[];
beforeEach(() => {
  store = openMemoryEvidenceStore();
  clock = openVirtualClock();
  failures = [];
});

const openKeeper = () =>
  openEvidenceKeeper({
    store,
    gateways: openMemoryGateways(),
    clock,
    failed: (error) => failures.push(error),
  });

const frame = (seq: number, cohorts: readonly CohortUpdate[]): Frame => ({
  type: 'frame',
  seq,
  atMs: 0,
  traffic: [],
  cohorts: cohorts.map((cohort) => ({ service: 'spam', rollout, ...cohort })),
});

const cohort = (index: number, settled: boolean, source = 'boot'): CohortUpdate => {
  const track = (started: number) => ({ started, bad: settled ? 1 : 0, good: settled ? started - 1 : 0 });
  const tracks = () => ({ stable: track(90), candidate: track(10) });
  return {
    source,
    index,
    stage: 1,
    candidateShare: 0.1,
    startedAtMs: index * 250,
    closed: true,
    settled,
    guards: Object.fromEntries(plan.guards.map(({ name }) => [name, tracks()])),
  };
};

/** What anybody can compute from the store for this digest. */
const recompute = async (digest: Digest): Promise<readonly GuardReading[]> => {
  const { spec } = storedKept((await store.snapshot(rollout))?.evidence)!.evidence;
  const mark = (await store.mark(rollout, digest))!;
  const lines = await store.lines(rollout, 0, mark.settled);
  expect(lines).toHaveLength(mark.settled);
  const steps = lines.map((line) => decodeStep(spec, line));
  const open = mark.open.map((line) => decodeCohort(spec, line));
  return readGuards(replayEvidence(spec, steps, open), 1);
};

describe('the evidence keeper', () => {
  it('stores what every reading can be computed anew from, over gateways that come, are late and go', async () => {
    const keeper = openKeeper();
    keeper.open(rollout, plan);
    const digests: { digest: Digest; readings: readonly GuardReading[] }[] = [];
    for (let index = 0; index < 30; index++) {
      keeper.take('production', 'boot', frame(index, [cohort(index, index % 4 !== 0)]));
      keeper.take('production', 'late', frame(index, [cohort(index, false, 'late')]));
      if (index > 5) keeper.take('production', 'late', frame(index, [cohort(index - 5, true, 'late')]));
      if (index === 20) keeper.forsake('boot');
      const mark = keeper.mark(rollout)!;
      digests.push({ digest: mark.digest, readings: keeper.readings(rollout, 1) });
      expect(await mark.stored).toBe(true);
    }
    for (const { digest, readings } of digests) expect(await recompute(digest)).toEqual(readings);
    expect(new Set(digests.map(({ digest }) => digest)).size).toBe(digests.length);
  });

  it('stores each line once and then forgets it', async () => {
    const saved: number[] = [];
    const save: typeof store.save = (changes, frames) => {
      saved.push(...changes.flatMap(({ lines }) => lines!.texts.map((_, index) => lines!.from + index)));
      return store.save(changes, frames);
    };
    const keeper = openEvidenceKeeper({
      store: { ...store, save },
      gateways: openMemoryGateways(),
      clock,
      failed: (error) => failures.push(error),
    });
    keeper.open(rollout, plan);
    for (let index = 0; index < 6; index++) {
      keeper.take('production', 'boot', frame(index, [cohort(index, true)]));
      await clock.advance(300);
    }
    expect(saved).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('goes on after a crash as if there had been none: no line is lost, none stands there twice', async () => {
    const first = openKeeper();
    first.open(rollout, plan);
    first.take('production', 'boot', frame(1, [cohort(0, true), cohort(1, true)]));
    await clock.advance(300);
    // Heard of, but neither stored nor confirmed when the control plane dies.
    first.take('production', 'boot', frame(2, [cohort(2, true)]));
    store = store.reopen();
    const second = openKeeper();
    await second.restore(() => true);
    second.open(rollout, plan);
    // The gateway repeats what was not confirmed, and some that was.
    second.take('production', 'boot', frame(3, [cohort(1, true), cohort(2, true), cohort(3, false)]));
    const { digest, stored } = second.mark(rollout)!;
    await stored;
    expect((await store.lines(rollout, 0, 100)).map((line) => JSON.parse(line).i)).toEqual([0, 1, 2]);
    expect(await recompute(digest)).toEqual(second.readings(rollout, 1));

    const undisturbed = openMemoryEvidenceStore();
    store = undisturbed;
    const other = openKeeper();
    other.open(rollout, plan);
    other.take('production', 'boot', frame(1, [cohort(0, true), cohort(1, true)]));
    other.take('production', 'boot', frame(2, [cohort(2, true), cohort(3, false)]));
    expect(other.mark(rollout)!.digest).toBe(digest);
  });

  it('says when a mark could not be stored, and stores it with the next save that succeeds', async () => {
    const keeper = openKeeper();
    keeper.open(rollout, plan);
    keeper.take('production', 'boot', frame(1, [cohort(0, true)]));
    store.failNextSave();
    const mark = keeper.mark(rollout)!;
    expect(await mark.stored).toBe(false);
    expect(failures).toHaveLength(1);
    expect(await store.mark(rollout, mark.digest)).toBeNull();
    keeper.take('production', 'boot', frame(2, [cohort(1, true)]));
    await clock.advance(300);
    expect(await store.mark(rollout, mark.digest)).toMatchObject({ settled: 1 });
    expect(await store.lines(rollout, 0, 9)).toHaveLength(2);
  });

  it('stores no mark that no verdict came of', async () => {
    const keeper = openKeeper();
    keeper.open(rollout, plan);
    store.failNextSave();
    const mark = keeper.mark(rollout)!;
    expect(await mark.stored).toBe(false);
    mark.forget();
    await clock.advance(300);
    expect(await store.mark(rollout, mark.digest)).toBeNull();
  });

  it('keeps the evidence of an ended rollout, also when the control plane died before it could say so', async () => {
    const keeper = openKeeper();
    for (const name of [rollout, 'ro_2']) {
      keeper.open(name, plan);
      const { cohorts } = frame(1, [cohort(0, true)]);
      keeper.take('production', 'boot', {
        ...frame(1, []),
        cohorts: cohorts.map((one) => ({ ...one, rollout: name })),
      });
    }
    await clock.advance(300);
    keeper.close(rollout);
    await clock.advance(300);
    expect((await store.load()).snapshots.map((one) => one.rollout)).toEqual(['ro_2']);
    store = store.reopen();
    await openKeeper().restore(() => false);
    expect((await store.load()).snapshots).toEqual([]);
    for (const name of [rollout, 'ro_2']) {
      expect(await store.snapshot(name)).not.toBeNull();
      expect(await store.lines(name, 0, 9)).toHaveLength(1);
    }
  });

  it('notes a pull among the lines once, however often it is told', async () => {
    const keeper = openKeeper();
    keeper.open(rollout, plan);
    for (const _ of [1, 2]) keeper.beginPull(rollout, 1);
    keeper.take('production', 'boot', frame(1, [cohort(0, true)]));
    for (const _ of [1, 2]) keeper.endPull(rollout, 1);
    keeper.endPull(rollout, 7);
    const { digest, stored } = keeper.mark(rollout)!;
    await stored;
    const lines = await store.lines(rollout, 0, 9);
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(['pull-began', undefined, 'pull-ended']);
    expect(await recompute(digest)).toEqual(keeper.readings(rollout, 1));
  });

  it('gathers anew what an older version had kept in another form', async () => {
    await store.save([{ rollout, atMs: 1, evidence: { spec: {}, open: [], guards: {} } }], {});
    const keeper = openKeeper();
    await keeper.restore(() => true);
    keeper.open(rollout, plan);
    keeper.take('production', 'boot', frame(1, [cohort(0, true)]));
    const mark = keeper.mark(rollout)!;
    expect(await mark.stored).toBe(true);
    expect(await recompute(mark.digest)).toEqual(keeper.readings(rollout, 1));
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { manifestOf } from '../../test/fault/world.ts';
import { openMemoryLedger } from '../adapters/memory/memory-ledger.ts';
import { openVirtualClock } from '../adapters/memory/virtual-clock.ts';
import { manifestDigest } from '../core/release/seal.ts';
import type { GateOutcome, LaneInput } from '../core/rollout/inputs.ts';
import { orderNumber, plainPolicy, planFor } from '../core/rollout/testing/lane.ts';
import type { Work } from '../ports/work.ts';
import { emptyCatalog } from './catalog.ts';
import { openJobReconciler } from './job-reconciler.ts';
import { openJournal } from './journal.ts';
import { openLanes } from './lanes.ts';

const key = { service: 'spam', environment: 'production' };
const timeoutMs = 30_000;

const manifest = manifestOf('1.0.0');
const release = manifestDigest(manifest);
const plan = planFor({
  firstRelease: true,
  policy: { ...plainPolicy, evaluation: { ...plainPolicy.evaluation, require: [] } },
  strategy: {
    type: 'blue-green',
    smoke: { command: 'smoke', timeoutMs },
    minimumMs: null,
    timeoutMs: null,
    holdMs: null,
    holdbackShare: null,
  },
});

describe('the command of a gate', () => {
  const clock = openVirtualClock();
  let ledger = openMemoryLedger();
  beforeEach(() => {
    ledger = openMemoryLedger();
  });
  const at = () => ({ atMs: clock.nowMs(), actor: 'ann' });

  /** One control plane's lanes and jobs. */
  const open = async (beforeOpening: () => Promise<void> = async () => {}) => {
    const journal = openJournal({ ledger, fold: (stored) => lanes.fold(stored), follow: () => {} });
    const lanes = openLanes(journal);
    await journal.load();
    const catalog = emptyCatalog();
    const record = { release, content: release, manifest, signature: null, sealedAtMs: 0, sealedBy: 'ann' };
    catalog.byDigest.set(release, record);
    const runs: string[] = [];
    const outcomes: GateOutcome['result']['kind'][] = [];
    const work: Pick<Work, 'command'> = {
      async command(order) {
        runs.push(order.key);
        return { exitCode: 0, output: '' };
      },
    };
    const jobs = openJobReconciler({
      lanes,
      catalog,
      work: work as Work,
      isReady: () => true,
      async opening(_, { rollout, stage, gate }) {
        await beforeOpening();
        return (await lanes.handle(key, { type: 'gate-opening', rollout, stage, gate, ...at() })).length > 0;
      },
      async outcome(_, { result }) {
        outcomes.push(result.kind);
      },
      clock,
      failed: (error) => {
        throw error;
      },
    });
    jobs.begin();
    const send = (input: LaneInput) => lanes.handle(key, input);
    return { journal, lanes, jobs, runs, outcomes, send };
  };
  type Opened = Awaited<ReturnType<typeof open>>;

  const reachGate = async ({ send, lanes }: Opened): Promise<void> => {
    const order = orderNumber(1, plan, { release });
    await send({ type: 'start', order, whenRunning: 'supersede', ...at() });
    const addresses = ['http://127.0.0.1:4000'];
    await send({ type: 'workload', release, addresses, ready: 1, wanted: 1, failure: null, ...at() });
    while (lanes.get(key).rollout?.order.plan.stages[lanes.get(key).rollout!.stage]?.name !== 'preview')
      await send({
        type: 'look',
        rollout: 'ro_1',
        stage: lanes.get(key).rollout!.stage,
        readings: [],
        ...at(),
      });
  };

  it('runs once its start is recorded', async () => {
    const plane = await open();
    await reachGate(plane);
    plane.jobs.reconcile(key);
    plane.jobs.reconcile(key);
    await clock.advance(10);
    expect(plane.runs).toHaveLength(1);
    expect(plane.outcomes).toEqual(['command']);
  });

  it('does not run when the stage was left before its start could be recorded', async () => {
    const plane: Opened = await open(async () => {
      await plane.send({ type: 'abort', reason: null, ...at() });
    });
    await reachGate(plane);
    plane.jobs.reconcile(key);
    await clock.advance(10);
    expect((await ledger.readAll(0)).map(({ type }) => type)).not.toContain('gate.opened');
    expect(plane.runs).toEqual([]);
    expect(plane.outcomes).toEqual([]);
  });

  it('is run by the one of two control planes whose record it is, and the other does not call it lost', async () => {
    const one = await open();
    const other = await open();
    await reachGate(one);
    await other.journal.catchUp();
    for (const { jobs } of [one, other]) jobs.reconcile(key);
    await clock.advance(10);
    expect([...one.runs, ...other.runs]).toHaveLength(1);
    other.jobs.reconcile(key);
    await clock.advance(10);
    expect([...one.outcomes, ...other.outcomes]).toEqual(['command']);
    // Nobody has told its end for far too long.
    await clock.advance(timeoutMs + 61_000);
    other.jobs.reconcile(key);
    await clock.advance(10);
    expect(other.outcomes).toEqual(['lost']);
  });

  it('is lost when its start was recorded before a restart, also while the rollout is paused', async () => {
    const before = await open();
    await reachGate(before);
    await before.send({
      type: 'gate-opening',
      rollout: 'ro_1',
      stage: before.lanes.get(key).rollout!.stage,
      gate: 0,
      ...at(),
    });
    await before.send({ type: 'pause', reason: null, ...at() });
    const plane = await open();
    await plane.send({ type: 'resume', ...at() });
    plane.jobs.reconcile(key);
    await clock.advance(10);
    expect(plane.runs).toEqual([]);
    expect(plane.outcomes).toEqual(['lost']);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryGateways, openMemoryGateways } from '../adapters/gateways/memory-gateways.ts';
import {
  type MemoryEvidenceStore,
  openMemoryEvidenceStore,
} from '../adapters/memory/memory-evidence-store.ts';
import { openVirtualClock } from '../adapters/memory/virtual-clock.ts';
import type { Frame, TrafficCounts } from '../core/routing/link.ts';
import type { EvidenceStore } from '../ports/evidence-store.ts';
import { openTrafficKeeper, type TrafficKeeper } from './traffic-keeper.ts';

const spam = { environment: 'production', service: 'spam' };
const ham = { environment: 'production', service: 'ham' };

let memory: MemoryEvidenceStore;
let store: EvidenceStore;
let gateways: MemoryGateways;
let clock: ReturnType<typeof openVirtualClock>;
let failures: unknown[];
let saves: number;
beforeEach(() => {
  memory = openMemoryEvidenceStore();
  saves = 0;
  store = {
    ...memory,
    saveTraffic(histories) {
      saves += 1;
      return memory.saveTraffic(histories);
    },
  };
  gateways = openMemoryGateways();
  clock = openVirtualClock();
  failures = [];
});

/** As a new control plane: whatever the one before had not stored is gone. */
const openKeeper = async (): Promise<TrafficKeeper> => {
  const keeper = openTrafficKeeper({ store, gateways, clock, failed: (error) => failures.push(error) });
  await keeper.restore();
  return keeper;
};

const frame = (seq: number, answered: Readonly<Record<string, number>>): Frame => ({
  type: 'frame',
  seq,
  atMs: 0,
  cohorts: [],
  traffic: Object.entries(answered).map(
    ([service, count]): TrafficCounts => ({
      service,
      release: 'sha256:a',
      releaseVersion: '1.0.0',
      track: 'stable',
      answered: count,
      failed: 0,
      rescued: 0,
      clientErrors: 0,
      feedbackGood: 0,
      feedbackBad: 0,
      mirrorDropped: 0,
      latency: { count, p50Ms: 1, p95Ms: 1, p99Ms: 1 },
      lastAssignedAtMs: 0,
    }),
  ),
});

const requests = (keeper: TrafficKeeper, key = spam): number =>
  keeper.history(key).hours.reduce((sum, hour) => sum + hour.requests, 0);

describe('the traffic keeper', () => {
  it('counts each lane by itself and stores at most every five seconds, and nothing when nothing comes', async () => {
    const keeper = await openKeeper();
    for (let seq = 1; seq <= 80; seq += 1) {
      keeper.take('production', 'one', frame(seq, { spam: seq, ...(seq > 40 && { ham: 2 * seq - 80 }) }));
      if (seq <= 10) keeper.take('staging', 'two', frame(seq, { spam: 5 }));
      await clock.advance(250);
    }
    expect([requests(keeper), requests(keeper, ham)]).toEqual([80, 80]);
    expect(requests(keeper, { ...spam, environment: 'staging' })).toBe(5);
    expect(saves).toBeGreaterThanOrEqual(3);
    expect(saves).toBeLessThanOrEqual(4);
    await clock.advance(60_000);
    const before = saves;
    await clock.advance(60_000);
    expect(saves).toBe(before);
  });

  it('loses nothing of gateways that outlive a control plane, also of lanes that were not stored yet', async () => {
    const first = await openKeeper();
    first.take('production', 'one', frame(1, { spam: 10 }));
    await clock.advance(6_000);
    first.take('production', 'one', frame(2, { spam: 20, ham: 3 }));
    const second = await openKeeper();
    expect(requests(second)).toBe(10);
    await clock.advance(3_600_000);
    second.take('production', 'one', frame(3, { spam: 50, ham: 9 }));
    expect([requests(second), requests(second, ham)]).toEqual([50, 9]);
    await second.stop();
    expect(requests(await openKeeper(), ham)).toBe(9);
  });

  it('begins where it hears a gateway first that had been serving for long', async () => {
    const keeper = await openKeeper();
    keeper.take('production', 'old', frame(9_000, { spam: 1_000_000 }));
    keeper.take('production', 'old', frame(9_001, { spam: 1_000_004 }));
    keeper.take('production', 'old', frame(9_002, { ham: 2 }));
    expect([requests(keeper), requests(keeper, ham)]).toEqual([4, 2]);
  });

  it('goes on with a gateway that was started anew, and stores later what could not be stored', async () => {
    const keeper = await openKeeper();
    keeper.take('production', 'one', frame(1, { spam: 10 }));
    keeper.forsake('one');
    const { saveTraffic } = store;
    store.saveTraffic = () => Promise.reject(new Error('the disk is full'));
    keeper.take('production', 'two', frame(1, { spam: 4 }));
    await clock.advance(6_000);
    expect(failures).toHaveLength(1);
    store.saveTraffic = saveTraffic;
    await clock.advance(6_000);
    expect(requests(await openKeeper())).toBe(14);
    expect(failures).toHaveLength(1);
  });

  it('knows a quiet hour from one without a gateway', async () => {
    const keeper = await openKeeper();
    const covered = () => keeper.history(spam).hours.reduce((sum, { coveredMs }) => sum + coveredMs, 0);
    gateways.connect('production', 'one');
    keeper.take('production', 'one', frame(1, { spam: 10 }));
    await clock.advance(1_800_000);
    expect(covered()).toBe(1_800_000);
    gateways.disconnect('one');
    expect(covered()).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { openMemoryUsageStore } from '../adapters/memory/memory-usage-store.ts';
import { openVirtualClock } from '../adapters/memory/virtual-clock.ts';
import type { Frame, UsageCounts } from '../core/routing/link.ts';
import { openUsageKeeper } from './usage-keeper.ts';

const counts = (calls: number, more: Partial<UsageCounts> = {}): UsageCounts => ({
  service: 'bot',
  release: 'sha256:a',
  releaseVersion: '1.0.0',
  track: 'stable',
  key: 'app',
  model: 'm',
  calls,
  unpriced: 0,
  untold: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  costNanos: calls * 100,
  ...more,
});
const frame = (...usage: UsageCounts[]): Frame => ({
  type: 'frame',
  seq: 1,
  atMs: 0,
  cohorts: [],
  traffic: [],
  usage,
});
const all = { by: [], since: '2000-01-01' };

describe('what calls used', () => {
  it('is added once, however often a process says it, over restarts and lost saves', async () => {
    const store = openMemoryUsageStore();
    const clock = openVirtualClock();
    const failures: unknown[] = [];
    const open = async () => {
      const keeper = openUsageKeeper({ store, clock, failed: (error) => failures.push(error) });
      await keeper.restore();
      return keeper;
    };
    let keeper = await open();
    keeper.take('production', 'one', frame(counts(3)));
    keeper.take('production', 'one', frame(counts(5)));
    keeper.take('production', 'one', frame(counts(4)));
    keeper.take('production', 'two', frame(counts(1)));
    expect(await keeper.usage(all)).toMatchObject([{ calls: 6, costNanos: 600 }]);
    // Killed before it stored the rest: the process says it again.
    keeper.take('production', 'one', frame(counts(50)));
    keeper = await open();
    keeper.take('production', 'one', frame(counts(60)));
    store.failNextSave();
    await keeper.usage(all);
    expect(failures).toHaveLength(1);
    keeper.take('production', 'one', frame(counts(70)));
    expect(await keeper.usage(all)).toMatchObject([{ calls: 71 }]);
    keeper.forsake('one');
    await keeper.stop();
    expect(await store.countedUsage()).toMatchObject([{ boot: 'two', calls: 1 }]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noUsage, type UsageSeriesName, type UsageSums } from '../core/cost/usage-sums.ts';
import type { CountedUsage, UsageAddition, UsageChanges, UsageStore } from './usage-store.ts';

/** A store under test, and how to end it and open its contents again. */
export interface OpenedUsageStore {
  readonly store: UsageStore;
  /** Closes this one; the next sees the same contents. */
  reopen(): Promise<OpenedUsageStore>;
  /** Closes it and removes everything it left. */
  dispose(): Promise<void>;
}

const series: UsageSeriesName = {
  service: 'bot',
  release: 'sha256:a',
  releaseVersion: '1.0.0',
  track: 'stable',
  key: 'app',
  model: 'm',
};
const sums = (calls: number, costNanos = calls * 10): UsageSums => ({ ...noUsage, calls, costNanos });
const addition = (day: string, calls: number, more: Partial<UsageAddition> = {}): UsageAddition => ({
  environment: 'production',
  day,
  ...series,
  ...sums(calls),
  ...more,
});
const changes = (some: Partial<UsageChanges>): UsageChanges => ({
  additions: [],
  counted: [],
  forgotten: [],
  dropBefore: null,
  ...some,
});

/** What every usage store promises. */
export function usageStoreContract(name: string, open: () => Promise<OpenedUsageStore>): void {
  describe(`${name} keeps the contract of a usage store`, () => {
    let opened: OpenedUsageStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => await opened.dispose());
    const save = (some: Partial<UsageChanges>): Promise<void> => opened.store.saveUsage(changes(some));

    it('adds to what is there, also after a restart', async () => {
      await save({ additions: [addition('2026-11-20', 1), addition('2026-11-21', 2)] });
      opened = await opened.reopen();
      await save({ additions: [addition('2026-11-21', 3)] });
      expect(await opened.store.usage({ by: ['day'], since: '2026-01-01' })).toEqual([
        { group: { day: '2026-11-20' }, ...sums(1) },
        { group: { day: '2026-11-21' }, ...sums(5) },
      ]);
    });

    it('groups as it is asked, with what has no key beside what has', async () => {
      await save({
        additions: [
          addition('2026-11-21', 1),
          addition('2026-11-21', 2, { key: null, model: null }),
          addition('2026-11-21', 4, {
            key: 'app',
            track: 'candidate',
            release: 'sha256:b',
            releaseVersion: '2.0.0',
          }),
          addition('2026-11-21', 8, { environment: 'staging' }),
        ],
      });
      const { store } = opened;
      expect(
        await store.usage({ by: ['key', 'model'], since: '2026-11-21', environment: 'production' }),
      ).toEqual([
        { group: { key: null, model: null }, ...sums(2) },
        { group: { key: 'app', model: 'm' }, ...sums(5) },
      ]);
      expect(await store.usage({ by: [], since: '2026-11-21' })).toEqual([{ group: {}, ...sums(15) }]);
      expect(await store.usage({ by: [], since: '2026-11-22' })).toEqual([]);
      const where = { by: ['releaseVersion'] as const, since: '2026-11-21' };
      expect(await store.usage({ ...where, release: '2.0.0' })).toEqual([
        { group: { releaseVersion: '2.0.0' }, ...sums(4) },
      ]);
      expect(await store.usage({ ...where, release: 'sha256:b', key: 'app', service: 'bot' })).toHaveLength(
        1,
      );
      expect(await store.usage({ ...where, service: 'other' })).toEqual([]);
    });

    it('knows how far each process was counted until it is forgotten', async () => {
      const counted = (boot: string, calls: number): CountedUsage => ({ boot, ...series, ...sums(calls) });
      await save({ counted: [counted('one', 3), counted('two', 1)] });
      await save({ counted: [counted('one', 7)] });
      opened = await opened.reopen();
      expect(await opened.store.countedUsage()).toEqual([counted('one', 7), counted('two', 1)]);
      await save({ forgotten: ['one'] });
      expect(await opened.store.countedUsage()).toEqual([counted('two', 1)]);
    });

    it('drops old days', async () => {
      await save({
        additions: [addition('2025-01-01', 1), addition('2026-11-21', 2)],
        dropBefore: '2026-01-01',
      });
      expect(await opened.store.usage({ by: ['day'], since: '2000-01-01' })).toHaveLength(1);
    });

    it('holds no more than a whole number can', async () => {
      const most = Number.MAX_SAFE_INTEGER;
      await save({ additions: [addition('2026-11-21', 1, { costNanos: most })] });
      await save({ additions: [addition('2026-11-21', 1, { costNanos: most })] });
      expect((await opened.store.usage({ by: [], since: '2026-11-21' }))[0]).toMatchObject({
        calls: 2,
        costNanos: most,
      });
    });
  });
}

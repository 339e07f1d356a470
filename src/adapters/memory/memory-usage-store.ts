import { addUsage, noUsage, seriesText, sumsOf, type UsageSums } from '../../core/cost/usage-sums.ts';
import type {
  CountedUsage,
  UsageAddition,
  UsageQuery,
  UsageRow,
  UsageStore,
} from '../../ports/usage-store.ts';

/** A usage store in memory. Nothing survives the process. */
export interface MemoryUsageStore extends UsageStore {
  /** The next `saveUsage` stores nothing and rejects. */
  failNextSave(): void;
}

export function openMemoryUsageStore(): MemoryUsageStore {
  let kept = new Map<string, UsageAddition>();
  const counted = new Map<string, CountedUsage>();
  let nextSaveFails = false;
  return {
    async saveUsage({ additions, counted: newCounts, forgotten, dropBefore }) {
      if (nextSaveFails) {
        nextSaveFails = false;
        throw new Error('the usage store was told to fail');
      }
      for (const one of additions) {
        const name = `${one.environment} ${one.day} ${seriesText(one)}`;
        kept.set(name, { ...one, ...addUsage(kept.get(name) ?? noUsage, one) });
      }
      for (const one of newCounts) counted.set(`${one.boot} ${seriesText(one)}`, one);
      for (const [name, { boot }] of counted) if (forgotten.includes(boot)) counted.delete(name);
      if (dropBefore !== null) kept = new Map([...kept].filter(([, { day }]) => day >= dropBefore));
    },
    async countedUsage() {
      return [...counted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    },
    async usage(query) {
      const rows = new Map<string, UsageRow>();
      for (const one of kept.values()) {
        if (!isAskedFor(one, query)) continue;
        const group = Object.fromEntries(query.by.map((name) => [name, one[name]]));
        const name = JSON.stringify(query.by.map((part) => one[part] ?? ''));
        rows.set(name, { group, ...addUsage(rows.get(name) ?? noUsage, sumsOf(one as UsageSums)) });
      }
      return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    },
    failNextSave() {
      nextSaveFails = true;
    },
  };
}

const isAskedFor = (one: UsageAddition, { since, environment, service, release, key }: UsageQuery): boolean =>
  one.day >= since &&
  (environment === undefined || one.environment === environment) &&
  (service === undefined || one.service === service) &&
  (release === undefined || one.release === release || one.releaseVersion === release) &&
  (key === undefined || one.key === key);

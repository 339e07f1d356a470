import {
  addUsage,
  isNoUsage,
  newestUsage,
  noUsage,
  seriesName,
  seriesText,
  sumsOf,
  type UsageSums,
  usageGrowth,
} from '../core/cost/usage-sums.ts';
import type { Frame } from '../core/routing/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { CountedUsage, UsageAddition, UsageQuery, UsageRow, UsageStore } from '../ports/usage-store.ts';

/** Adds up by day what the gateways say that calls used and cost. */
export interface UsageKeeper {
  restore(): Promise<void>;
  take(environment: string, boot: string, frame: Frame): void;
  /** This gateway process has ended. */
  forsake(boot: string): void;
  /** Up to this moment. */
  usage(query: UsageQuery): Promise<readonly UsageRow[]>;
  stop(): Promise<void>;
}

/** A crash of the control plane forgets nothing that was not stored: gateways say again how far they have counted. */
const saveEveryMs = 5_000;
const DAY_MS = 86_400_000;
const DAYS_KEPT = 400;

/** Without a store nothing is kept. */
export const openUsageKeeper = (ports: {
  store: UsageStore | undefined;
  clock: Clock;
  failed: (error: unknown) => void;
}): UsageKeeper => {
  const { store, clock } = ports;
  /** By boot and series, how far it was counted. */
  const counted = new Map<string, Map<string, UsageSums>>();
  let additions = new Map<string, UsageAddition>();
  let moved = new Map<string, CountedUsage>();
  let forgotten = new Set<string>();
  let droppedBefore = '';
  let cancelSave: (() => void) | null = null;
  let saving: Promise<void> = Promise.resolve();
  let isStopped = false;

  const ofBoot = (boot: string): Map<string, UsageSums> => {
    const present = counted.get(boot);
    if (present !== undefined) return present;
    const fresh = new Map<string, UsageSums>();
    counted.set(boot, fresh);
    return fresh;
  };

  const save = async (): Promise<void> => {
    if (store === undefined || (additions.size === 0 && moved.size === 0 && forgotten.size === 0)) return;
    const dropBefore = dayOf(clock.nowMs() - DAYS_KEPT * DAY_MS);
    const taken = { additions, moved, forgotten };
    [additions, moved, forgotten] = [new Map(), new Map(), new Set()];
    try {
      await store.saveUsage({
        additions: [...taken.additions.values()],
        counted: [...taken.moved.values()],
        forgotten: [...taken.forgotten],
        dropBefore: dropBefore === droppedBefore ? null : dropBefore,
      });
      droppedBefore = dropBefore;
    } catch (error) {
      // What came meanwhile is newer.
      for (const [name, one] of taken.additions) put(name, one);
      for (const [name, one] of taken.moved) if (!moved.has(name)) moved.set(name, one);
      for (const boot of taken.forgotten) forgotten.add(boot);
      ports.failed(error);
      schedule();
    }
  };

  const saveNow = (): Promise<void> => {
    saving = saving.then(save);
    return saving;
  };

  const schedule = (): void => {
    if (isStopped || store === undefined) return;
    cancelSave ??= clock.after(saveEveryMs, () => {
      cancelSave = null;
      void saveNow();
    });
  };

  const put = (name: string, one: UsageAddition): void => {
    additions.set(name, { ...one, ...addUsage(additions.get(name) ?? noUsage, one) });
  };

  return {
    async restore() {
      for (const one of (await store?.countedUsage()) ?? [])
        ofBoot(one.boot).set(seriesText(one), sumsOf(one));
    },
    take(environment, boot, { usage = [] }) {
      if (store === undefined || usage.length === 0) return;
      const day = dayOf(clock.nowMs());
      const known = ofBoot(boot);
      for (const one of usage) {
        const text = seriesText(one);
        const before = known.get(text) ?? noUsage;
        const more = usageGrowth(before, one);
        if (isNoUsage(more)) continue;
        const sums = newestUsage(before, one);
        known.set(text, sums);
        moved.set(`${boot} ${text}`, { boot, ...seriesName(one), ...sums });
        put(`${environment} ${day} ${text}`, { environment, day, ...seriesName(one), ...more });
      }
      schedule();
    },
    forsake(boot) {
      if (!counted.delete(boot)) return;
      for (const [name, one] of moved) if (one.boot === boot) moved.delete(name);
      forgotten.add(boot);
      schedule();
    },
    async usage(query) {
      await saveNow();
      return (await store?.usage(query)) ?? [];
    },
    async stop() {
      isStopped = true;
      cancelSave?.();
      await saveNow();
    },
  };
};

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

import type { Frame, TrafficCounts } from '../core/routing/link.ts';
import { decodeHistory, encodeHistory } from '../core/traffic/stored-history.ts';
import {
  coveredUntil,
  emptyTrafficHistory,
  foldTraffic,
  forgetBoot,
  type TrafficHistory,
} from '../core/traffic/traffic-history.ts';
import type { Clock } from '../ports/clock.ts';
import type { EvidenceStore } from '../ports/evidence-store.ts';
import type { Gateways } from '../ports/gateways.ts';
import type { LaneKey } from './lane-key.ts';

/** Records how many requests each lane answers, hour by hour, from the gateways' frames. */
export interface TrafficKeeper {
  restore(): Promise<void>;
  take(environment: string, boot: string, frame: Frame): void;
  /** This gateway process has ended. */
  forsake(boot: string): void;
  /** Up to this moment. */
  history(key: LaneKey): TrafficHistory;
  stop(): Promise<void>;
}

/** A crash forgets no more than this, and of gateways that live on nothing at all: they say again how far they have counted. */
const saveEveryMs = 5_000;

interface KeptLane extends LaneKey {
  history: TrafficHistory;
}

export const openTrafficKeeper = (ports: {
  store: EvidenceStore;
  gateways: Gateways;
  clock: Clock;
  failed: (error: unknown) => void;
}): TrafficKeeper => {
  const { store, gateways, clock } = ports;
  const lanes = new Map<string, KeptLane>();
  const unsaved = new Set<KeptLane>();
  /** When each process was heard last, about whatever lane. */
  const heardAtMs = new Map<string, number>();
  let cancelSave: (() => void) | null = null;
  let saving: Promise<void> = Promise.resolve();
  let isStopped = false;

  const laneOf = (environment: string, service: string): KeptLane => {
    const key = `${environment}/${service}`;
    const lane = lanes.get(key) ?? { environment, service, history: emptyTrafficHistory };
    lanes.set(key, lane);
    return lane;
  };

  const save = async (): Promise<void> => {
    const changed = [...unsaved];
    unsaved.clear();
    if (changed.length === 0) return;
    try {
      await store.saveTraffic(
        changed.map(({ environment, service, history }) => ({
          environment,
          service,
          history: encodeHistory(history),
        })),
      );
    } catch (error) {
      for (const lane of changed) unsaved.add(lane);
      ports.failed(error);
      schedule();
    }
  };

  const saveNow = (): Promise<void> => {
    saving = saving.then(save);
    return saving;
  };

  const schedule = (): void => {
    if (isStopped) return;
    cancelSave ??= clock.after(saveEveryMs, () => {
      cancelSave = null;
      void saveNow();
    });
  };

  const put = (lane: KeptLane, history: TrafficHistory): void => {
    if (lane.history === history) return;
    lane.history = history;
    unsaved.add(lane);
    schedule();
  };

  return {
    async restore() {
      for (const { environment, service, history: value } of await store.traffic()) {
        const history = decodeHistory(value);
        if (history === null) continue;
        laneOf(environment, service).history = history;
        for (const { boot, heardAtMs: atMs } of history.boots)
          heardAtMs.set(boot, Math.max(atMs, heardAtMs.get(boot) ?? 0));
      }
    },
    take(environment, boot, { seq, traffic }) {
      const atMs = clock.nowMs();
      // The first frame of a process says all that it has ever counted.
      const heardLast = heardAtMs.get(boot) ?? (seq === 1 ? atMs : null);
      heardAtMs.set(boot, atMs);
      const byService = new Map<string, TrafficCounts[]>();
      for (const counts of traffic)
        byService.set(counts.service, [...(byService.get(counts.service) ?? []), counts]);
      for (const [service, counts] of byService) {
        const lane = laneOf(environment, service);
        put(lane, foldTraffic(lane.history, { boot, heardAtMs: heardLast, atMs }, counts));
      }
    },
    forsake(boot) {
      heardAtMs.delete(boot);
      for (const lane of lanes.values()) put(lane, forgetBoot(lane.history, boot));
    },
    history({ environment, service }) {
      const connected = new Set(gateways.list().flatMap((one) => (one.connected ? [one.boot] : [])));
      const history = lanes.get(`${environment}/${service}`)?.history ?? emptyTrafficHistory;
      return coveredUntil(history, (boot) => connected.has(boot), clock.nowMs());
    },
    async stop() {
      isStopped = true;
      cancelSave?.();
      await saveNow();
    },
  };
};

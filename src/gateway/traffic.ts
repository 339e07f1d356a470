import { LogCollapsingLowestDenseDDSketch } from '@datadog/sketches-js';
import type { TrafficCounts } from '../core/routing/link.ts';
import { SLOTS } from './invocation-id.ts';
import { isClientError } from './outcomes/client-error.ts';
import { openTrackMeter, type TrackMeter } from './telemetry/track-meter.ts';

/** Running totals of one release on one track of one service, since the boot of the process. */
export interface TrackCounts {
  readonly service: string;
  readonly release: string;
  readonly releaseVersion: string;
  readonly track: TrafficCounts['track'];
  /** Stands for these counts inside invocation ids; 0 stands for none. */
  readonly slot: number;
  answered: number;
  failed: number;
  rescued: number;
  clientErrors: number;
  feedbackGood: number;
  feedbackBad: number;
  mirrorDropped: number;
  leftOut: number;
  unsampled: number;
  outside: number;
  overflowed: number;
  atCeiling: number;
  unfollowed: number;
  unfollowedKeys: number;
  costed: number;
  costNanos: number;
  lastAssignedAtMs: number;
  readonly latency: {
    accept(valueMs: number): void;
    getValueAtQuantile(quantile: number): number;
    readonly count: number;
  };
  /** Shown by /metrics alone. */
  readonly meter: TrackMeter;
  hasChanged: boolean;
}

export interface Traffic {
  of(
    service: string,
    track: TrackCounts['track'],
    release: { release: string; releaseVersion: string },
  ): TrackCounts;
  bySlot(slot: number): TrackCounts | null;
  all(): Iterable<TrackCounts>;
  /** What changed since the last call, or everything. */
  take(which: 'changed' | 'all'): TrafficCounts[];
}

export function openTraffic(): Traffic {
  const byKey = new Map<string, TrackCounts>();
  const slots: (TrackCounts | null)[] = [null];
  return {
    of(service, track, { release, releaseVersion }) {
      const key = `${service} ${track} ${release} ${releaseVersion}`;
      const present = byKey.get(key);
      if (present !== undefined) return present;
      const slot = slots.length < SLOTS ? slots.length : 0;
      const counts: TrackCounts = {
        service,
        release,
        releaseVersion,
        track,
        slot,
        answered: 0,
        failed: 0,
        rescued: 0,
        clientErrors: 0,
        feedbackGood: 0,
        feedbackBad: 0,
        mirrorDropped: 0,
        leftOut: 0,
        unsampled: 0,
        outside: 0,
        overflowed: 0,
        atCeiling: 0,
        unfollowed: 0,
        unfollowedKeys: 0,
        costed: 0,
        costNanos: 0,
        lastAssignedAtMs: 0,
        latency: new LogCollapsingLowestDenseDDSketch({ relativeAccuracy: 0.01, binLimit: 2048 }),
        meter: openTrackMeter(),
        hasChanged: false,
      };
      byKey.set(key, counts);
      if (slot > 0) slots.push(counts);
      return counts;
    },
    bySlot: (slot) => slots[slot] ?? null,
    all: () => byKey.values(),
    take(which) {
      const taken: TrafficCounts[] = [];
      for (const counts of byKey.values()) {
        if (!counts.hasChanged && which === 'changed') continue;
        counts.hasChanged = false;
        taken.push(reported(counts));
      }
      return taken;
    },
  };
}

/** One more answer. */
export function countAnswer(
  counts: TrackCounts,
  status: number,
  hasFailed: boolean,
  latencyMs: number,
): void {
  counts.answered += 1;
  if (hasFailed) counts.failed += 1;
  else if (isClientError(status)) counts.clientErrors += 1;
  counts.latency.accept(latencyMs);
  counts.hasChanged = true;
}

function reported({ slot: _, latency, hasChanged: __, meter: ___, ...counts }: TrackCounts): TrafficCounts {
  const quantile = (share: number): number => (latency.count === 0 ? 0 : latency.getValueAtQuantile(share));
  return {
    ...counts,
    latency: { count: latency.count, p50Ms: quantile(0.5), p95Ms: quantile(0.95), p99Ms: quantile(0.99) },
  };
}

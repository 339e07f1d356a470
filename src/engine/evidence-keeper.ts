import type { GuardReading } from '../core/evidence/guard-reading.ts';
import {
  absorb,
  forsake,
  openEvidence,
  type RolloutEvidence,
  readGuards,
} from '../core/evidence/rollout-evidence.ts';
import type { Plan } from '../core/rollout/plan.ts';
import type { Frame, TrafficCounts } from '../core/routing/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { EvidenceStore } from '../ports/evidence-store.ts';
import type { Gateways } from '../ports/gateways.ts';

/**
 * Turns the gateways' frames into evidence and keeps both safe. A frame is confirmed to its gateway only after the
 * evidence it led to is stored, and frames are cumulative, so a crash in between loses nothing and counts nothing twice.
 */
export interface EvidenceKeeper {
  restore(isRunning: (rollout: string) => boolean): Promise<void>;
  open(rollout: string, plan: Plan): void;
  close(rollout: string): void;
  /** Takes a frame in; returns the rollouts it said something about. */
  take(environment: string, boot: string, frame: Frame): readonly string[];
  /** No more outcomes will come from this gateway process. */
  forsake(boot: string): readonly string[];
  readings(rollout: string, stage: number): readonly GuardReading[];
  /** Newest counts of a service by release and track, added up over gateway processes. */
  traffic(environment: string, service: string): readonly TrafficCounts[];
  stop(): Promise<void>;
}

/** Longest time between a frame and its confirmation. */
const saveEveryMs = 200;

export const openEvidenceKeeper = (ports: {
  store: EvidenceStore;
  gateways: Gateways;
  clock: Clock;
  failed: (error: unknown) => void;
}): EvidenceKeeper => {
  const { store, gateways, clock } = ports;
  const running = new Map<string, RolloutEvidence>();
  const dirty = new Set<string>();
  const unsaved = new Map<string, number>();
  const counts = new Map<string, Map<string, TrafficCounts>>();
  let cancelSave: (() => void) | null = null;
  let saving: Promise<void> = Promise.resolve();
  let stopped = false;

  const save = async (): Promise<void> => {
    const frames = Object.fromEntries(unsaved);
    const rollouts = [...dirty];
    unsaved.clear();
    dirty.clear();
    const snapshots = rollouts.flatMap((rollout) => {
      const evidence = running.get(rollout);
      return evidence === undefined ? [] : [{ rollout, atMs: clock.nowMs(), evidence }];
    });
    try {
      await store.save(snapshots, frames);
      for (const [boot, seq] of Object.entries(frames)) gateways.stored(boot, seq);
    } catch (error) {
      // Nothing is lost: the gateways keep what was not confirmed and the evidence stays in memory.
      for (const rollout of rollouts) if (running.has(rollout)) dirty.add(rollout);
      for (const [boot, seq] of Object.entries(frames))
        unsaved.set(boot, Math.max(seq, unsaved.get(boot) ?? 0));
      ports.failed(error);
      schedule();
    }
  };

  const schedule = (): void => {
    if (stopped) return;
    cancelSave ??= clock.after(saveEveryMs, () => {
      cancelSave = null;
      saving = saving.then(save);
    });
  };

  return {
    async restore(isRunning) {
      const { snapshots } = await store.load();
      for (const { rollout, evidence } of snapshots) {
        if (isRunning(rollout)) running.set(rollout, evidence as RolloutEvidence);
        else await store.remove(rollout);
      }
    },
    open(rollout, plan) {
      if (running.has(rollout)) return;
      running.set(
        rollout,
        openEvidence({
          guards: plan.guards.map(({ name, marginShare, boundShare }) =>
            boundShare === null ? { name, marginShare } : { name, marginShare, boundShare },
          ),
          alphaRollback: plan.alpha.rollback,
          alphaAdvance: plan.alpha.advance,
        }),
      );
      dirty.add(rollout);
      schedule();
    },
    close(rollout) {
      if (!running.delete(rollout)) return;
      dirty.delete(rollout);
      saving = saving.then(() => store.remove(rollout)).catch(ports.failed);
    },
    take(environment, boot, frame) {
      const touched = new Set<string>();
      for (const { service: _service, rollout, ...cohort } of frame.cohorts) {
        const evidence = running.get(rollout);
        if (evidence === undefined) continue;
        try {
          absorb(evidence, cohort);
        } catch (error) {
          // Impossible numbers from one gateway must not keep the others from being heard.
          ports.failed(error);
          continue;
        }
        dirty.add(rollout);
        touched.add(rollout);
      }
      for (const one of frame.traffic) {
        const key = `${environment}/${one.service}`;
        const known = counts.get(key) ?? new Map<string, TrafficCounts>();
        counts.set(key, known);
        known.set(`${boot}/${one.release}/${one.track}`, one);
      }
      unsaved.set(boot, Math.max(frame.seq, unsaved.get(boot) ?? 0));
      schedule();
      return [...touched];
    },
    forsake(boot) {
      for (const [rollout, evidence] of running) {
        forsake(evidence, boot);
        dirty.add(rollout);
      }
      schedule();
      return [...running.keys()];
    },
    readings(rollout, stage) {
      const evidence = running.get(rollout);
      return evidence === undefined || stage < 0 ? [] : readGuards(evidence, stage);
    },
    traffic: (environment, service) => addUp([...(counts.get(`${environment}/${service}`)?.values() ?? [])]),
    async stop() {
      stopped = true;
      cancelSave?.();
      saving = saving.then(save);
      await saving;
    },
  };
};

const addUp = (all: readonly TrafficCounts[]): readonly TrafficCounts[] => {
  const sums = new Map<string, TrafficCounts>();
  for (const one of all) {
    const key = `${one.release}/${one.track}`;
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? one : add(sum, one));
  }
  return [...sums.values()];
};

/** Counts add; quantiles do not, so those of the process that has seen most stand for all. */
const add = (a: TrafficCounts, b: TrafficCounts): TrafficCounts => ({
  ...a,
  answered: a.answered + b.answered,
  failed: a.failed + b.failed,
  rescued: a.rescued + b.rescued,
  clientErrors: a.clientErrors + b.clientErrors,
  feedbackGood: a.feedbackGood + b.feedbackGood,
  feedbackBad: a.feedbackBad + b.feedbackBad,
  mirrorDropped: a.mirrorDropped + b.mirrorDropped,
  latency: a.latency.count >= b.latency.count ? a.latency : b.latency,
  lastAssignedAtMs: Math.max(a.lastAssignedAtMs, b.lastAssignedAtMs),
});

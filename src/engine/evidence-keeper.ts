import type { Digest } from '../core/digest.ts';
import type { OpenCohort } from '../core/evidence/evidence-state.ts';
import type { AssignmentReading, GuardReading } from '../core/evidence/guard-reading.ts';
import { beginPull, endPull } from '../core/evidence/pull.ts';
import type { ReadingOptions } from '../core/evidence/read-guards.ts';
import {
  absorb,
  forsake,
  openEvidence,
  type RolloutEvidence,
  readAssignment,
  readGuards,
} from '../core/evidence/rollout-evidence.ts';
import type { Plan } from '../core/rollout/plan.ts';
import type { Frame, TrafficCounts } from '../core/routing/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { EvidenceChange, EvidenceStore } from '../ports/evidence-store.ts';
import type { Gateways } from '../ports/gateways.ts';
import { addUpTraffic } from './add-up-traffic.ts';
import { continueLog, type EvidenceLog, logStep, markLog, newEvidenceLog } from './evidence-log.ts';
import { evidenceSpecOf } from './evidence-spec-of.ts';
import { type StoredKept, storedKept } from './stored-kept.ts';

/**
 * Turns the gateways' frames into evidence and keeps both safe. A frame is confirmed to its gateway only after the
 * evidence it led to is stored, and frames are cumulative, so a crash in between loses nothing and counts nothing twice.
 */
export interface EvidenceKeeper {
  restore(isRunning: (rollout: string) => boolean): Promise<void>;
  open(rollout: string, plan: Plan): void;
  /** It has ended: nothing more is taken in, and what there is stays stored for a while. */
  close(rollout: string): void;
  /** The candidate was taken off the traffic on a warning, or put back. Repeating it changes nothing. */
  beginPull(rollout: string, episode: number): void;
  endPull(rollout: string, episode: number): void;
  /** Takes a frame in; returns the rollouts it said something about. */
  take(environment: string, boot: string, frame: Frame): readonly string[];
  /** No more outcomes will come from this gateway process. */
  forsake(boot: string): readonly string[];
  readings(rollout: string, stage: number, options?: ReadingOptions): readonly GuardReading[];
  /** Whether the tracks get their parts of the traffic; undefined without a running rollout. */
  assignment(rollout: string): AssignmentReading | undefined;
  /**
   * Sees to it that what `readings` gives at this moment can be computed anew from what is stored. Null when that is
   * impossible, because too much could not be stored for too long.
   */
  mark(rollout: string): KeptMark | null;
  /** Newest counts of a service by release and track, added up over gateway processes. */
  traffic(environment: string, service: string): readonly TrafficCounts[];
  stop(): Promise<void>;
}

export interface KeptMark {
  readonly digest: Digest;
  /** Resolves, never rejects, with whether it is stored. A mark that is not will be with the next save that succeeds. */
  readonly stored: Promise<boolean>;
  /** No verdict came of it. */
  forget(): void;
}

/** Evidence in the making, and what it was made from; without a log no verdict of the rollout can be computed anew. */
interface Kept {
  readonly evidence: RolloutEvidence;
  log: EvidenceLog | null;
  /** What the guards said last, until the evidence moves: looks come far more often than frames. */
  read: { readonly stage: number; readonly readings: readonly GuardReading[] } | null;
}

/** About an hour of one gateway. More than so many lines are not held for a store that takes none. */
const unstoredAtMost = 20_000;

/** Longest time between a frame and its confirmation. */
const saveEveryMs = 200;

export const openEvidenceKeeper = (ports: {
  store: EvidenceStore;
  gateways: Gateways;
  clock: Clock;
  failed: (error: unknown) => void;
}): EvidenceKeeper => {
  const { store, gateways, clock } = ports;
  const running = new Map<string, Kept>();
  /** Ended, with something still to be stored. */
  const ending = new Map<string, Kept>();
  const dirty = new Set<string>();
  const unsaved = new Map<string, number>();
  const counts = new Map<string, Map<string, TrafficCounts>>();
  let cancelSave: (() => void) | null = null;
  let saving: Promise<unknown> = Promise.resolve();
  let stopped = false;

  /** Resolves with whether everything there was to store is stored. */
  const save = async (): Promise<boolean> => {
    const frames = Object.fromEntries(unsaved);
    const changes = [...dirty].flatMap((rollout): ChangeOf[] => {
      const kept = running.get(rollout) ?? ending.get(rollout);
      const atMs = clock.nowMs();
      return kept === undefined ? [] : [{ kept, ...changeOf(rollout, kept, atMs, ending.has(rollout)) }];
    });
    unsaved.clear();
    dirty.clear();
    try {
      await store.save(
        changes.map(({ kept: _kept, ...change }) => change),
        frames,
      );
      for (const { rollout, kept, lines, marks, isEnded } of changes) {
        kept.log?.unstored.splice(0, lines.texts.length);
        if (kept.log !== null) kept.log.marks = kept.log.marks.filter((mark) => !marks.includes(mark));
        if (isEnded) ending.delete(rollout);
      }
      for (const [boot, seq] of Object.entries(frames)) gateways.stored(boot, seq);
      return true;
    } catch (error) {
      // Nothing is lost: the gateways keep what was not confirmed and the rest stays in memory.
      for (const { rollout, kept } of changes) {
        dirty.add(rollout);
        giveUpLongLog(kept);
      }
      for (const [boot, seq] of Object.entries(frames))
        unsaved.set(boot, Math.max(seq, unsaved.get(boot) ?? 0));
      ports.failed(error);
      schedule();
      return false;
    }
  };

  const giveUpLongLog = (kept: Kept): void => {
    if (kept.log === null || kept.log.unstored.length <= unstoredAtMost) return;
    kept.log = null;
    ports.failed(new Error('Too much evidence waits to be stored; its verdicts cannot be recomputed.'));
  };

  const saveNow = (): Promise<boolean> => {
    const saved = saving.then(save);
    saving = saved;
    return saved;
  };

  const schedule = (): void => {
    if (stopped) return;
    cancelSave ??= clock.after(saveEveryMs, () => {
      cancelSave = null;
      void saveNow();
    });
  };

  const changed = (rollout: string): void => {
    dirty.add(rollout);
    schedule();
  };

  const logFolds =
    ({ evidence, log }: Kept) =>
    (cohort: OpenCohort): void => {
      if (log !== null) logStep(log, evidence.spec, { type: 'folded', cohort });
    };

  /** A pull is a step like a settled cohort; `move` says by the evidence whether it was one. */
  const pull = (
    rollout: string,
    type: 'pull-began' | 'pull-ended',
    episode: number,
    move: (evidence: RolloutEvidence, episode: number) => void,
  ): void => {
    const kept = running.get(rollout);
    if (kept === undefined) return;
    const before = kept.evidence.pull;
    const { isOpen } = before;
    move(kept.evidence, episode);
    const after = kept.evidence.pull;
    kept.read = null;
    if (after.episode === before.episode && after.isOpen === isOpen) return;
    if (kept.log !== null) logStep(kept.log, kept.evidence.spec, { type, episode });
    changed(rollout);
  };

  return {
    async restore(isRunning) {
      const { snapshots } = await store.load();
      for (const snapshot of snapshots) {
        if (!isRunning(snapshot.rollout)) {
          await store.save([{ ...snapshot, isEnded: true }], {});
          continue;
        }
        const stored = storedKept(snapshot.evidence);
        // From an older version: its rollout gathers evidence anew.
        if (stored === null) continue;
        const { evidence, log } = stored;
        running.set(snapshot.rollout, { evidence, log: log === null ? null : continueLog(log), read: null });
      }
    },
    open(rollout, plan) {
      if (running.has(rollout)) return;
      const evidence = openEvidence(evidenceSpecOf(plan));
      running.set(rollout, { evidence, log: newEvidenceLog(evidence.spec), read: null });
      changed(rollout);
    },
    close(rollout) {
      const kept = running.get(rollout);
      if (kept === undefined) return;
      running.delete(rollout);
      ending.set(rollout, kept);
      changed(rollout);
    },
    beginPull: (rollout, episode) => pull(rollout, 'pull-began', episode, beginPull),
    endPull: (rollout, episode) => pull(rollout, 'pull-ended', episode, endPull),
    take(environment, boot, frame) {
      const touched = new Set<string>();
      for (const { service: _service, rollout, ...cohort } of frame.cohorts) {
        const kept = running.get(rollout);
        if (kept === undefined) continue;
        kept.read = null;
        try {
          absorb(kept.evidence, cohort, logFolds(kept));
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
      for (const [rollout, kept] of running) {
        kept.read = null;
        forsake(kept.evidence, boot, logFolds(kept));
        dirty.add(rollout);
      }
      schedule();
      return [...running.keys()];
    },
    readings(rollout, stage, options) {
      const kept = running.get(rollout);
      if (kept === undefined || stage < 0) return [];
      if (options?.differences === true) return readGuards(kept.evidence, stage, options);
      if (kept.read?.stage !== stage) kept.read = { stage, readings: readGuards(kept.evidence, stage) };
      return kept.read.readings;
    },
    assignment(rollout) {
      const kept = running.get(rollout);
      return kept === undefined ? undefined : readAssignment(kept.evidence);
    },
    mark(rollout) {
      const kept = running.get(rollout);
      if (kept === undefined || kept.log === null || stopped) return null;
      const { log } = kept;
      const mark = markLog(log, kept.evidence);
      dirty.add(rollout);
      return {
        digest: mark.digest,
        stored: saveNow(),
        forget() {
          log.marks = log.marks.filter((one) => one !== mark);
        },
      };
    },
    traffic: (environment, service) =>
      addUpTraffic([...(counts.get(`${environment}/${service}`)?.values() ?? [])]),
    async stop() {
      stopped = true;
      cancelSave?.();
      await saveNow();
    },
  };
};

type ChangeOf = Required<EvidenceChange> & { readonly kept: Kept };

const changeOf = (
  rollout: string,
  { evidence, log }: Kept,
  atMs: number,
  isEnded: boolean,
): Omit<ChangeOf, 'kept'> => {
  const position = log && { settled: log.settled, digest: log.digest };
  const texts = log === null ? [] : [...log.unstored];
  return {
    rollout,
    atMs,
    evidence: { format: 2, evidence, log: position } satisfies StoredKept,
    lines: { from: log === null ? 0 : log.settled - texts.length, texts },
    marks: log === null ? [] : [...log.marks],
    isEnded,
  };
};

import type { Digest } from '../core/digest.ts';
import { type DesiredJob, desired, jobKey } from '../core/rollout/desired.ts';
import type { GateOutcome } from '../core/rollout/inputs.ts';
import { isTidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Work } from '../ports/work.ts';
import type { Catalog } from './catalog.ts';
import type { LaneKey } from './lane-key.ts';
import type { Lanes } from './lanes.ts';

export interface JobReconciler {
  /** The lanes are known now, and nothing has been started yet: whatever is under way was begun by a process that is gone. */
  begin(): void;
  /** Starts the gate work a lane wants and stops what it no longer wants. */
  reconcile(key: LaneKey): void;
  stop(): void;
}

/** What another control plane has begun is given up when it should be over for so long. */
const foreignGraceMs = 60_000;

/**
 * One-shot work of gates. An evaluation may be repeated, so after a crash it simply runs again. A command may not: its
 * start is recorded first, only whose record it is runs it, and a start whose end nobody will tell is reported as lost.
 */
export const openJobReconciler = (ports: {
  lanes: Lanes;
  catalog: Catalog;
  work: Work;
  /** The release answers, as far as this process has seen. Addresses in the ledger may be of processes long gone. */
  isReady: (key: LaneKey, release: Digest) => boolean;
  /** Records that a command is about to start. False: the stage was left, or somebody else has begun it. */
  opening: (key: LaneKey, job: DesiredJob) => Promise<boolean>;
  outcome: (key: LaneKey, outcome: Omit<GateOutcome, 'type'>) => Promise<void>;
  clock: Clock;
  failed: (error: unknown) => void;
}): JobReconciler => {
  const { lanes, catalog, work, clock } = ports;
  const running = new Map<string, AbortController>();
  /** Commands that nobody else will tell the end of: begun by this process, or before it started. */
  const ours = new Set<string>();
  /** When this process first saw a command that another control plane has begun. */
  const foreignSinceMs = new Map<string, number>();
  let stopped = false;

  const carryOut = async (
    key: LaneKey,
    job: DesiredJob,
    signal: AbortSignal,
  ): Promise<GateOutcome['result'] | null> => {
    const lane = lanes.get(key);
    const manifest = catalog.byDigest.get(job.release)?.manifest;
    if (manifest === undefined) return { kind: 'failure', detail: 'The release is not in the registry.' };
    const candidate = lane.workloads[job.release]?.addresses ?? [];
    if (job.work.type === 'command') {
      if (job.opened)
        return {
          kind: 'lost',
          detail: 'The command was started before a restart and nobody knows how it ended.',
        };
      const isOurs = await ports.opening(key, job);
      if (isOurs) ours.add(job.key);
      // Without a record of its start it must not start, and what was called off in the meantime need not.
      if (!isOurs || signal.aborted) return null;
      const { command, timeoutMs } = job.work;
      const { environment } = key;
      const done = await work.command(
        { key: job.key, manifest, command, timeoutMs, environment, candidate },
        signal,
      );
      return { kind: 'command', ...done };
    }
    const plan = lane.rollout?.order.plan.evaluation;
    if (plan == null)
      return { kind: 'failure', detail: 'The plan asks for an evaluation without requirements.' };
    const stableAddresses = job.baseline === null ? [] : (lane.workloads[job.baseline]?.addresses ?? []);
    const other = job.baseline === null ? undefined : catalog.byDigest.get(job.baseline)?.manifest;
    const serving = other?.serving;
    const tls = serving?.kind === 'external' ? serving.tls : undefined;
    const stable =
      job.baseline === null || stableAddresses.length === 0
        ? null
        : {
            release: job.baseline,
            version: other?.version ?? lane.rollout?.baseline?.releaseVersion ?? '',
            addresses: stableAddresses,
            isExternal: serving?.kind !== 'process',
            ...(tls && { tls }),
          };
    const result = await work.evaluate(
      {
        key: job.key,
        manifest,
        environment: key.environment,
        candidate,
        stable,
        requirements: plan.require,
        confidence: plan.confidence,
        load: plan.load ?? 'refuse',
      },
      signal,
    );
    return { kind: 'evaluation', result };
  };

  const start = (key: LaneKey, job: DesiredJob): void => {
    const controller = new AbortController();
    running.set(job.key, controller);
    carryOut(key, job, controller.signal)
      .catch((error: unknown): GateOutcome['result'] | null => {
        if (!controller.signal.aborted) ports.failed(error);
        // A ledger that cannot be written says nothing about the release; the next reconciliation tries again.
        if (isLedgerTrouble(error)) return null;
        return { kind: 'failure', detail: error instanceof Error ? error.message : String(error) };
      })
      .then(async (result) => {
        if (result === null || stopped || controller.signal.aborted) return;
        const { rollout, release, stage, gate } = job;
        await ports.outcome(key, { rollout, release, stage, gate, result });
      })
      .catch(ports.failed)
      .finally(() => {
        if (running.get(job.key) === controller) running.delete(job.key);
      });
  };

  const forget = (job: string): void => {
    ours.delete(job);
    foreignSinceMs.delete(job);
  };

  /** Another control plane runs it, and should be able to tell how it ends. */
  const isForeign = ({ key, opened, work: { type, ...order } }: DesiredJob): boolean => {
    if (!opened || ours.has(key)) return false;
    const sinceMs = foreignSinceMs.get(key) ?? clock.nowMs();
    foreignSinceMs.set(key, sinceMs);
    const timeoutMs = 'timeoutMs' in order ? order.timeoutMs : 0;
    return clock.nowMs() - sinceMs < timeoutMs + foreignGraceMs;
  };

  return {
    begin() {
      for (const { state } of lanes.all())
        for (const [gate, { openedAtMs, outcome }] of Object.entries(state.rollout?.gates ?? {}))
          if (openedAtMs !== null && outcome === null && state.rollout !== null)
            ours.add(jobKey(state.rollout, Number(gate)));
    },
    reconcile(key) {
      if (stopped) return;
      const wanted = desired(lanes.get(key)).jobs;
      for (const job of wanted) {
        if (running.has(job.key)) continue;
        // It may be run again, by whoever records that first.
        if (!job.opened) forget(job.key);
        if (ports.isReady(key, job.release) && !isForeign(job)) start(key, job);
      }
      const rollout = lanes.get(key).rollout?.order.rollout;
      const keep = new Set(wanted.map((job) => job.key));
      const mine = (job: string): boolean => rollout !== undefined && job.startsWith(`${rollout}/`);
      const others = new Set(
        lanes.all().flatMap(({ state }) => (state.rollout === null ? [] : [state.rollout.order.rollout])),
      );
      const isOrphaned = (job: string): boolean => !others.has(job.split('/')[0] ?? '');
      for (const job of [...ours, ...foreignSinceMs.keys()]) if (isOrphaned(job)) forget(job);
      for (const [job, controller] of running) {
        if (!keep.has(job) && (mine(job) || isOrphaned(job))) {
          controller.abort(new Error('no longer wanted'));
          running.delete(job);
        }
      }
    },
    stop() {
      stopped = true;
      for (const controller of running.values()) controller.abort(new Error('the control plane stops'));
    },
  };
};

const isLedgerTrouble = (error: unknown): boolean =>
  (['disk-full', 'ledger-unavailable', 'ledger-conflict'] as const).some((code) =>
    isTidegateError(error, code),
  );

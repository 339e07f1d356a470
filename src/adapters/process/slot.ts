import type { ReplicaStatus, Workload } from '../../ports/runtime.ts';
import type { Account } from './accounts.ts';
import { type Attendance, attendReplica } from './attend-replica.ts';
import { memoryKills, removeControlGroup } from './control-group.ts';
import { describeEnding } from './describe-ending.ts';
import { isPortFree } from './free-port.ts';
import { type LaunchSite, launchReplica } from './launch-replica.ts';
import { isAlive } from './process-table.ts';
import { lastLogLines } from './replica-log.ts';
import type { Marker } from './replica-marker.ts';
import { sleep } from './sleep.ts';
import { logFile } from './state-layout.ts';
import { stopProcesses } from './stop-processes.ts';
import type { SupervisionTiming } from './supervision-timing.ts';
import type { ProcessRecord, SlotRecord } from './workload-file.ts';

/** One replica's place: its port, its process, and the supervision that keeps it running. */
export interface Slot {
  readonly number: number;
  /** Once its state is more than a guess: an adopted process was probed, or there is none. */
  readonly looked: Promise<void>;
  status(): ReplicaStatus;
  record(): SlotRecord;
  /** Something about the workload changed: a slot that waits or was given up tries again now. */
  retry(): void;
  /** Ends its processes, for good. Resolves to whether all are gone. */
  stop(graceMs: number): Promise<boolean>;
  /** Ends the supervision and leaves the process running. */
  detach(): Promise<void>;
}

export interface SlotContext {
  readonly site: LaunchSite;
  readonly timing: SupervisionTiming;
  readonly marker: Marker;
  readonly account: Account | null;
  readonly workload: () => Workload;
  /** Gives the old port back and reserves another; null when there is none. */
  readonly exchangePort: (old: number) => Promise<number | null>;
  readonly onChange: () => void;
  /** Writes this slot's record down; failing to must not fail the caller. */
  readonly persist: () => Promise<void>;
}

/** The longest that a timer takes. */
const foreverMs = 2 ** 31 - 1;

type State = ReplicaStatus['state'];
type Outcome = Attendance | { readonly kind: 'refused'; readonly detail: string };

/**
 * Opens a slot as recorded: adopts its process if it still runs, otherwise starts one. `isDoomed` slots are only opened
 * to be stopped.
 */
export function openSlot(context: SlotContext, first: SlotRecord, isDoomed: boolean): Slot {
  const { site, timing, marker } = context;
  const { clock } = site;
  const calledOff = new AbortController();
  let nudge = new AbortController();
  let record = first;
  let state: State = isDoomed ? 'stopping' : 'starting';
  let detail: string | null = null;
  // Counted since the last change of the workload, or since it was last ready.
  let failures = 0;
  let fruitlessStarts = 0;
  let fruitlessWaits = 0;

  let hasLooked = (): void => {};
  const looked = new Promise<void>((resolve) => {
    hasLooked = resolve;
  });

  const address = (): string => `http://127.0.0.1:${record.port}`;
  const file = logFile(site.layout, marker.workloadId, marker.slot);

  function show(nextState: State, nextDetail: string | null): void {
    if (state === 'stopping') return;
    // A replica that failed stays so for the reader until it is ready, however often it is tried.
    const isHidden = state === 'failed' && nextState === 'starting';
    if (isHidden || (state === nextState && detail === nextDetail)) return;
    state = nextState;
    detail = nextDetail;
    context.onChange();
  }

  async function change(next: Partial<SlotRecord>): Promise<void> {
    record = { ...record, ...next };
    context.onChange();
    await context.persist();
  }

  /** Goes on whatever happens: an exception (no file descriptor left, say) must not leave the replica unattended. */
  async function supervise(): Promise<void> {
    let isFirst = true;
    while (!calledOff.signal.aborted) {
      let pauseMs: number | null;
      try {
        const outcome = await runOnce(isFirst);
        if (outcome.kind === 'called-off') return;
        pauseMs = await settle(outcome);
      } catch (error) {
        show('failed', `it could not be looked after: ${(error as Error).message}`);
        pauseMs = timing.longestBackOffMs;
      }
      isFirst = false;
      hasLooked();
      await sleep(clock, pauseMs ?? foreverMs, AbortSignal.any([calledOff.signal, nudge.signal]));
      if (nudge.signal.aborted) {
        nudge = new AbortController();
        failures = fruitlessStarts = fruitlessWaits = 0;
      }
    }
  }

  /** Attends the recorded process if it lives, and otherwise starts one. */
  async function runOnce(isFirst: boolean): Promise<Outcome> {
    if (record.process !== null && isAlive(record.process)) return attend(record.process, null);
    hasLooked();
    const wasRunning = first.process !== null;
    if (isFirst) await endProcess(0);
    if (!isFirst || wasRunning) await change({ restarts: record.restarts + 1 });
    return start();
  }

  async function start(): Promise<Outcome> {
    if (!(await isPortFree(record.port))) {
      const other = await context.exchangePort(record.port);
      if (other === null)
        return { kind: 'refused', detail: 'no port is free in the range given to services' };
      await change({ port: other });
    }
    show('starting', null);
    const launch = await launchReplica(site, {
      workload: context.workload(),
      marker,
      port: record.port,
      account: context.account,
      attempt: record.restarts + 1,
      record: (process) => change({ process }),
    });
    return launch.kind === 'refused' ? launch : await attend(launch.process, launch.ended);
  }

  function attend(
    process: ProcessRecord,
    ended: Parameters<typeof attendReplica>[0]['ended'],
  ): Promise<Attendance> {
    return attendReplica({
      process,
      marker,
      address: address(),
      port: record.port,
      ready: () => context.workload().ready,
      ended,
      timing,
      clock,
      calledOff: calledOff.signal,
      onState: (next, why) => {
        if (next === 'ready') {
          fruitlessStarts = fruitlessWaits = 0;
          if (record.process?.wasReady === false) {
            void change({ wasEverReady: true, process: { ...record.process, wasReady: true } });
          }
        }
        show(next, why);
        hasLooked();
      },
    });
  }

  /** Cleans up after a start that came to nothing and says how long to pause; null means until something changes. */
  async function settle(outcome: Exclude<Outcome, { kind: 'called-off' }>): Promise<number | null> {
    const kills = await memoryKills(record.process?.controlGroups ?? []);
    // Read before the restart writes its own lines; after the end, so that the last ones are there.
    await endProcess(outcome.kind === 'never-ready' ? context.workload().stopGraceMs : 0);
    const limitBytes = kills > 0 ? context.workload().limits.memoryBytes : null;
    const why = describeEnding(outcome, {
      timeoutMs: context.workload().ready.timeoutMs,
      memoryLimitBytes: limitBytes,
      lastLines: outcome.kind === 'refused' ? '' : await lastLogLines(file),
      port: record.port,
    });
    if (outcome.kind === 'exited' && (outcome.readyForMs ?? 0) >= timing.steadyAfterMs) failures = 0;
    if (outcome.kind === 'never-ready') fruitlessWaits++;
    else if (outcome.kind !== 'exited' || outcome.readyForMs === null) fruitlessStarts++;
    const isGivenUp =
      !record.wasEverReady &&
      (fruitlessStarts >= timing.fruitlessStarts || fruitlessWaits >= timing.fruitlessWaits);
    const isFailure =
      isGivenUp || state === 'failed' || outcome.kind === 'never-ready' || outcome.kind === 'refused';
    show(isFailure ? 'failed' : 'backing-off', isGivenUp ? `${why}; given up` : why);
    if (isGivenUp) return null;
    return Math.min(timing.firstBackOffMs * 2 ** failures++, timing.longestBackOffMs);
  }

  /** Ends whatever is left of the process and all it started. */
  async function endProcess(graceMs: number): Promise<boolean> {
    const isGone = await stopProcesses(marker, record.process, graceMs, clock);
    for (const directory of record.process?.controlGroups ?? []) await removeControlGroup(directory);
    if (isGone && record.process !== null) await change({ process: null });
    return isGone;
  }

  const supervision = isDoomed ? Promise.resolve() : supervise();

  return {
    number: first.slot,
    looked: isDoomed ? Promise.resolve() : looked,
    status: () => ({
      slot: record.slot,
      state,
      address: address(),
      pid: record.process?.pid ?? null,
      restarts: record.restarts,
      detail,
    }),
    record: () => record,
    retry: () => {
      if (state === 'failed' || state === 'backing-off') nudge.abort();
    },
    stop: async (graceMs) => {
      show('stopping', null);
      calledOff.abort();
      await supervision;
      return endProcess(graceMs);
    },
    detach: async () => {
      calledOff.abort();
      await supervision;
    },
  };
}

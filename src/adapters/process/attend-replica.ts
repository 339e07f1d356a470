import type { Clock } from '../../ports/clock.ts';
import type { Ending } from './launch-replica.ts';
import { listenerOwner } from './listener-owner.ts';
import { probeReadiness } from './probe-readiness.ts';
import { isAlive, type ProcessIdentity } from './process-table.ts';
import type { Marker } from './replica-marker.ts';
import { sleep } from './sleep.ts';
import { membersOf } from './stop-processes.ts';
import type { SupervisionTiming } from './supervision-timing.ts';
import type { ProcessRecord } from './workload-file.ts';

/** How the watch over one running process came to its end. */
export type Attendance =
  | { readonly kind: 'exited'; readonly ending: Ending | null; readonly readyForMs: number | null }
  | { readonly kind: 'never-ready'; readonly why: string }
  | { readonly kind: 'port-taken' }
  | { readonly kind: 'called-off' };

export interface AttendanceOrder {
  readonly process: ProcessRecord;
  readonly marker: Marker;
  readonly address: string;
  readonly port: number;
  readonly ready: () => { readonly path: string; readonly timeoutMs: number };
  /** Of a child of ours; an adopted process is polled and its ending stays unknown. */
  readonly ended: Promise<Ending> | null;
  readonly timing: SupervisionTiming;
  readonly clock: Clock;
  readonly calledOff: AbortSignal;
  readonly onState: (state: 'starting' | 'ready' | 'unready', why: string | null) => void;
}

const pollAdoptedMs = 500;

/** Probes a process until it ends, is not ready in time, or the watch is called off. Ends nothing itself. */
export async function attendReplica(order: AttendanceOrder): Promise<Attendance> {
  const { process, timing, clock, calledOff, onState } = order;
  const over = new AbortController();
  const either = AbortSignal.any([calledOff, over.signal]);
  let ending: Ending | null = null;
  void (order.ended ?? untilGone(process, clock, calledOff)).then((how) => {
    ending = how;
    over.abort();
  });
  let wasReady = process.wasReady;
  let readySinceMs: number | null = null;
  // An adopted replica that does not answer at once is not given the benefit of its past.
  let misses = wasReady ? timing.missesAllowed : 0;
  for (;;) {
    const { path, timeoutMs } = order.ready();
    const probe = await probeReadiness(order.address, path, timing.probeTimeoutMs, either);
    if (calledOff.aborted) return { kind: 'called-off' };
    const nowMs = clock.nowMs();
    if (over.signal.aborted) {
      return { kind: 'exited', ending, readyForMs: readySinceMs === null ? null : nowMs - readySinceMs };
    }
    if (probe.kind === 'ready') {
      if (readySinceMs === null && isAnsweredByStranger(order)) return { kind: 'port-taken' };
      wasReady = true;
      readySinceMs ??= nowMs;
      misses = 0;
      onState('ready', null);
    } else if (wasReady) {
      misses++;
      if (misses >= timing.missesAllowed) onState('unready', probe.why);
    } else if (nowMs - process.startedAtMs >= timeoutMs) {
      return { kind: 'never-ready', why: probe.why };
    } else {
      onState('starting', probe.why);
    }
    await sleep(clock, wasReady ? timing.probeWhileRunningMs : timing.probeWhileStartingMs, either);
  }
}

function isAnsweredByStranger({ marker, process, port }: AttendanceOrder): boolean {
  const pids = membersOf(marker, process).map((member) => member.pid);
  return listenerOwner(port, pids) === 'stranger';
}

async function untilGone(process: ProcessIdentity, clock: Clock, calledOff: AbortSignal): Promise<null> {
  while (!calledOff.aborted && mayBeAlive(process)) await sleep(clock, pollAdoptedMs, calledOff);
  return null;
}

function mayBeAlive(process: ProcessIdentity): boolean {
  try {
    return isAlive(process);
  } catch {
    return true;
  }
}

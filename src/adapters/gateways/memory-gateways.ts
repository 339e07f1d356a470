import type { FeedbackReport, Frame, Hello, Trip } from '../../core/routing/link.ts';
import { compareGenerations, type Generation, type RouteTable } from '../../core/routing/table.ts';
import type { Measures } from '../../core/telemetry/measures.ts';
import type { GatewayListener, GatewayStatus, Gateways } from '../../ports/gateways.ts';

/** Gateways without processes: they apply every table at once, and a test says what they report. */
export interface MemoryGateways extends Gateways {
  /** Everything pushed, in order. */
  readonly pushed: readonly RouteTable[];
  readonly renewals: readonly { readonly environment: string; readonly generation: Generation }[];
  readonly confirmations: readonly { readonly boot: string; readonly seq: number }[];
  /** A process connects, is handed the table of its environment and applies it. */
  connect(environment: string, boot: string, options?: { readonly tripped?: readonly string[] }): void;
  disconnect(boot: string): void;
  /** While false, pushed tables are delivered and not applied. True by default. */
  setApplying(isApplying: boolean): void;
  deliverFrame(boot: string, frame: Frame): void;
  deliverTrip(boot: string, trip: Trip): void;
  deliverFeedback(environment: string, report: FeedbackReport): void;
  /** What a process says of itself from now on; nothing before. */
  setMeasures(boot: string, measures: Measures): void;
  /** The process has ended for good. */
  lose(boot: string): void;
}

interface Process {
  readonly environment: string;
  readonly boot: string;
  readonly pid: number;
  isConnected: boolean;
  generation: Generation | null;
  /** Of the table it has applied. */
  cut: readonly string[];
}

export function openMemoryGateways(): MemoryGateways {
  const tables = new Map<string, RouteTable>();
  const processes = new Map<string, Process>();
  const listeners = new Set<GatewayListener>();
  const pushed: RouteTable[] = [];
  const renewals: { environment: string; generation: Generation }[] = [];
  const confirmations: { boot: string; seq: number }[] = [];
  const measured = new Map<string, Measures>();
  let isApplying = true;

  const tell = (say: (listener: GatewayListener) => void): void => {
    for (const listener of listeners) say(listener);
  };
  /** Answers come later, as from a real process. */
  const hand = (process: Process, table: RouteTable): void => {
    queueMicrotask(() => {
      if (!isApplying || !process.isConnected) return;
      const order =
        process.generation === null ? 1 : compareGenerations(table.generation, process.generation);
      if (order > 0) Object.assign(process, { generation: table.generation, cut: table.cut ?? [] });
      tell((listener) => listener.applied?.(process.environment, process.boot, table.generation, order >= 0));
    });
  };
  const connected = (boot: string): Process => {
    const process = processes.get(boot);
    if (process === undefined || !process.isConnected) throw new Error(`no gateway is connected as ${boot}`);
    return process;
  };

  const memory: MemoryGateways = {
    pushed,
    renewals,
    confirmations,
    push(table) {
      const last = tables.get(table.environment);
      if (last !== undefined && compareGenerations(table.generation, last.generation) < 0) return;
      tables.set(table.environment, table);
      pushed.push(table);
      for (const process of processes.values()) {
        if (process.isConnected && process.environment === table.environment) hand(process, table);
      }
    },
    renew(environment, generation) {
      renewals.push({ environment, generation });
    },
    stored(boot, seq) {
      confirmations.push({ boot, seq });
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    list: (): GatewayStatus[] =>
      [...processes.values()].map(({ environment, boot, pid, isConnected, generation, cut }) => ({
        gateway: `${environment}-memory`,
        environment,
        boot,
        pid,
        address: 'memory:',
        connected: isConnected,
        generation,
        cut,
      })),
    measure: async () =>
      memory.list().map((status) => ({ ...status, measures: measured.get(status.boot) ?? null })),
    async close() {
      listeners.clear();
      for (const process of processes.values()) process.isConnected = false;
    },
    connect(environment, boot, { tripped = [] } = {}) {
      const known = processes.get(boot);
      const process: Process = known ?? {
        environment,
        boot,
        pid: 0,
        isConnected: true,
        generation: null,
        cut: [],
      };
      process.isConnected = true;
      processes.set(boot, process);
      const hello: Hello = {
        type: 'hello',
        gateway: `${environment}-memory`,
        environment,
        boot,
        pid: 0,
        address: 'memory:',
        generation: process.generation,
        cut: process.cut,
        tripped,
      };
      tell((listener) => listener.connected?.(hello));
      const table = tables.get(environment);
      if (table !== undefined) hand(process, table);
    },
    disconnect(boot) {
      connected(boot).isConnected = false;
    },
    setApplying(value) {
      isApplying = value;
    },
    deliverFrame(boot, frame) {
      const { environment } = connected(boot);
      tell((listener) => listener.frame?.(environment, boot, frame));
    },
    deliverTrip(boot, trip) {
      const { environment } = connected(boot);
      tell((listener) => listener.tripped?.(environment, boot, trip));
    },
    deliverFeedback(environment, report) {
      tell((listener) => listener.feedback?.(environment, report));
    },
    setMeasures(boot, measures) {
      measured.set(boot, measures);
    },
    lose(boot) {
      const process = processes.get(boot);
      processes.delete(boot);
      if (process !== undefined) tell((listener) => listener.lost?.(process.environment, boot));
    },
  };
  return memory;
}

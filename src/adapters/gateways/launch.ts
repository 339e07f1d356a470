import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { RestartedGateway } from '../../core/routing/restarted-gateway.ts';
import type { GatewayConfig } from '../../gateway/gateway-config.ts';
import { requireFreePort } from './free-port.ts';
import {
  backOff,
  find,
  forget,
  forgetLeft,
  hasEnded,
  type ProcessSpec,
  type Slot,
  saveState,
  slotOf,
  startOne,
  stopOne,
  writtenConfig,
} from './gateway-slot.ts';
import type { HandoverLine } from './handover-line.ts';
import { replaceProcess, resumeReplacing } from './replace-process.ts';

/** One gateway: an address at which one environment is served, by one process or several. */
export type GatewaySpec = Omit<GatewayConfig, 'boot' | 'process'>;

export interface Launcher {
  /** Of the running processes. */
  pids(): readonly { readonly name: string; readonly pid: number; readonly boot: string }[];
  /**
   * Replaces the processes of an environment (null: of all), one after the other, by such as are wanted now; ends at the first that could not be
   * replaced.
   */
  restart(environment: string | null): Promise<readonly RestartedGateway[]>;
  /** Replaces those that were started for something else than is wanted now, or by another version. To be called once they are connected. */
  replaceOutdated(): Promise<void>;
  /** Lets every process answer what is in flight and end; those that do not within `withinMs` (default 35 s) are killed. */
  stop(withinMs?: number): Promise<void>;
  /** Stops watching; the processes go on serving. */
  leave(): void;
}

export interface LaunchSpec {
  readonly gateways: readonly GatewaySpec[];
  /** A process has ended: nothing more will come of this boot. Called again after a restart of the control plane. */
  readonly onLost: (environment: string, boot: string) => void;
  readonly onTrouble?: (what: string, about: object) => void;
  /** Absent: processes are replaced by ending them and starting others. */
  readonly handovers?: HandoverLine;
}

const LOOK_EVERY_MS = 200;
/** A process that served this long was sound; its end does not count as one of a series. */
const SOUND_AFTER_MS = 30_000;
const STOP_WITHIN_MS = 35_000;
/** Shorter than a full stop: until the old process has gone, nobody serves at the address. */
const REPLACE_WITHIN_MS = 10_000;

/**
 * Sees to it that the processes of some gateways run: takes over those that an earlier control plane has left behind as
 * they are wanted now, ends those that are not, starts the others, and starts again what ends. They are detached and log to files, so that they outlive their
 * parent. Throws `port-in-use` when another program has an address.
 */
export async function launchGateways(spec: LaunchSpec): Promise<Launcher> {
  const { onLost, onTrouble = () => {}, handovers = nobodyHandsOver } = spec;
  const slots: Slot[] = [];
  for (const gateway of spec.gateways) slots.push(...(await slotsOf(gateway)));
  const unwanted = await unwantedSlots(slots);
  await Promise.all([...slots.map(adopt), ...unwanted.map(retire)]);
  for (const slot of [...slots, ...unwanted])
    for (const boot of slot.ended) onLost(slot.config.environment, boot);
  for (const gateway of spec.gateways) {
    const own = slots.filter(
      ({ config }) => config.environment === gateway.environment && config.port === gateway.port,
    );
    if (own.every(({ running }) => running === null)) await requireFreePort(gateway.host, gateway.port);
  }

  let isStopped = false;
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    for (const slot of slots) {
      if (isStopped) return;
      try {
        await noteLeft(slot);
        // Taken from under whoever replaces it, its end would be told twice.
        if (slot.isReplacing) continue;
        if (slot.running !== null && (await hasEnded(slot.running))) await end(slot);
        if (slot.running === null && performance.now() >= slot.startAgainAtMs && !isStopped)
          await startOne(slot, onTrouble);
      } catch (error) {
        backOff(slot);
        onTrouble('a gateway process cannot be started', { gateway: slot.config.name, err: error });
      }
    }
  };
  const noteLeft = async (slot: Slot): Promise<void> => {
    const boots = await forgetLeft(slot);
    if (boots.length === 0) return;
    await saveState(slot);
    for (const boot of boots) onLost(slot.config.environment, boot);
  };
  const replacing = { handovers, onLost, onTrouble, isStopped: () => isStopped };
  const end = async (slot: Slot): Promise<void> => {
    const { boot, pid } = slot.running!;
    if (performance.now() - slot.startedAtMs >= SOUND_AFTER_MS) slot.failures = 0;
    forget(slot);
    backOff(slot);
    await saveState(slot);
    onTrouble('a gateway process has ended', { gateway: slot.config.name, pid, boot });
    onLost(slot.config.environment, boot);
  };
  await look();
  const watching = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_EVERY_MS);

  const resuming = Promise.all(
    slots.map(async (slot) => {
      if (slot.next === null) return;
      await resumeReplacing(slot, replacing).catch((error: unknown) =>
        onTrouble('a gateway process cannot be replaced', { gateway: slot.config.name, err: error }),
      );
      await compareWithWanted(slot);
    }),
  );

  const leave = (): void => {
    isStopped = true;
    clearInterval(watching);
    for (const { child } of slots) child?.unref();
  };
  return {
    pids: () =>
      slots.flatMap(({ config, running }) => (running === null ? [] : [{ name: config.name, ...running }])),
    leave,
    async restart(environment) {
      const restarted: RestartedGateway[] = [];
      for (const slot of slots) {
        if (environment !== null && slot.config.environment !== environment) continue;
        const one = await replaceProcess(slot, replacing);
        restarted.push(one);
        if (one.outcome === 'kept') break;
      }
      return restarted;
    },
    async replaceOutdated() {
      await resuming;
      for (const slot of slots) {
        if (!slot.isOutdated) continue;
        const replacement = await replaceProcess(slot, replacing);
        if (replacement.outcome === 'kept')
          onTrouble('a gateway process goes on as it was started before', {
            gateway: slot.config.name,
            why: replacement.why,
          });
      }
    },
    async stop(withinMs = STOP_WITHIN_MS) {
      leave();
      await looking;
      await Promise.all(slots.map((slot) => stopOne(slot, withinMs)));
    },
  };
}

const nobodyHandsOver: HandoverLine = { standing: () => 'unable', ask() {}, news: () => null };

async function slotsOf(gateway: GatewaySpec): Promise<Slot[]> {
  const count = gateway.processes ?? 1;
  const stateFiles = path.join(gateway.stateDir, 'gateways');
  const logs = path.join(gateway.logDir, 'gateways');
  await mkdir(stateFiles, { recursive: true, mode: 0o700 });
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const slots: Slot[] = [];
  for (let n = 1; n <= count; n += 1) {
    const name = count === 1 ? gateway.name : `${gateway.name}-${n}`;
    slots.push(await slotOf({ ...gateway, name, process: n - 1 }, stateFiles, logs));
  }
  return slots;
}

/** Of processes that were wanted once: their gateway is gone, or its processes have other names since their number changed. */
async function unwantedSlots(slots: readonly Slot[]): Promise<Slot[]> {
  const wanted = new Set(slots.map(({ files }) => files.config));
  const unwanted: Slot[] = [];
  for (const stateFiles of new Set(slots.map(({ files }) => path.dirname(files.config)))) {
    for (const entry of await readdir(stateFiles)) {
      const file = path.join(stateFiles, entry);
      if (!entry.endsWith('.config.json') || wanted.has(file)) continue;
      const config = await writtenConfig(file);
      if (config === null) continue;
      const name = entry.slice(0, -'.config.json'.length);
      unwanted.push(await slotOf({ ...config, name }, stateFiles, stateFiles));
    }
  }
  return unwanted;
}

async function retire(slot: Slot): Promise<void> {
  await find(slot);
  await stopOne(slot, REPLACE_WITHIN_MS);
}

/** Keeps the process that there is, unless it serves at another place than is wanted now. */
async function adopt(slot: Slot): Promise<void> {
  await find(slot);
  if (slot.running === null) return;
  const written = await writtenConfig(slot.files.config);
  if (written === null || !canBecome(written, slot.config)) await stopOne(slot, REPLACE_WITHIN_MS);
  else await compareWithWanted(slot);
}

async function compareWithWanted(slot: Slot): Promise<void> {
  const written = await writtenConfig(slot.files.config);
  slot.isOutdated = slot.running !== null && written !== null && !isAsWanted(written, slot.config);
}

/** By a successor with the same socket and the same part. */
const canBecome = (written: ProcessSpec, wanted: ProcessSpec): boolean =>
  written.environment === wanted.environment &&
  written.host === wanted.host &&
  written.port === wanted.port &&
  // Whether a socket is shared is settled when it is opened.
  (written.processes ?? 1) > 1 === (wanted.processes ?? 1) > 1 &&
  (written.process ?? 0) === (wanted.process ?? 0) &&
  written.controlSocket === wanted.controlSocket;

const isAsWanted = (written: ProcessSpec, wanted: ProcessSpec): boolean =>
  written.version === wanted.version &&
  (written.processes ?? 1) === (wanted.processes ?? 1) &&
  (written.upstreamsAllowed ?? []).join() === (wanted.upstreamsAllowed ?? []).join() &&
  JSON.stringify(written.identity) === JSON.stringify(wanted.identity) &&
  JSON.stringify(written.telemetry) === JSON.stringify(wanted.telemetry) &&
  (written.transport ?? 'standard') === (wanted.transport ?? 'standard') &&
  JSON.stringify(written.tls) === JSON.stringify(wanted.tls);

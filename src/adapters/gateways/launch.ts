import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GatewayConfig } from '../../gateway/gateway-config.ts';
import { newBoot } from '../../gateway/invocation-id.ts';
import { requireFreePort } from './free-port.ts';
import { pidsWithArgument, startOf } from './process-identity.ts';

/** One gateway: an address at which one environment is served, by one process or several. */
export type GatewaySpec = Omit<GatewayConfig, 'boot' | 'process'>;

/** One process of it. */
type ProcessSpec = Omit<GatewayConfig, 'boot'>;

export interface Launcher {
  /** Of the running processes. */
  pids(): readonly { readonly name: string; readonly pid: number; readonly boot: string }[];
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
}

interface Slot {
  readonly config: ProcessSpec;
  readonly files: { readonly config: string; readonly state: string; readonly log: string };
  running: Running | null;
  child: ChildProcess | null;
  ended: readonly string[];
  failures: number;
  startedAtMs: number;
  startAgainAtMs: number;
}

interface Running {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
}

interface StateFile {
  readonly running: Running | null;
  /** Boots that have ended, the newest last. */
  readonly ended: readonly string[];
}

const LOOK_EVERY_MS = 200;
const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 10_000;
/** A process that served this long was sound; its end does not count as one of a series. */
const SOUND_AFTER_MS = 30_000;
const ENDED_KEPT = 64;
const STOP_WITHIN_MS = 35_000;
/** Shorter than a full stop: until the old process has gone, nobody serves at the address. */
const REPLACE_WITHIN_MS = 10_000;

/**
 * Sees to it that the processes of some gateways run: takes over those that an earlier control plane has left behind as
 * they are wanted now, ends those that are not, starts the others, and starts again what ends. They are detached and log to files, so that they outlive their
 * parent. Throws `port-in-use` when another program has an address.
 */
export async function launchGateways(spec: LaunchSpec): Promise<Launcher> {
  const { onLost, onTrouble = () => {} } = spec;
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
        if (slot.running !== null && (await hasEnded(slot.running))) await end(slot);
        if (slot.running === null && performance.now() >= slot.startAgainAtMs && !isStopped)
          await start(slot, onTrouble);
      } catch (error) {
        backOff(slot);
        onTrouble('a gateway process cannot be started', { gateway: slot.config.name, err: error });
      }
    }
  };
  const end = async (slot: Slot): Promise<void> => {
    const { boot, pid } = slot.running!;
    if (performance.now() - slot.startedAtMs >= SOUND_AFTER_MS) slot.failures = 0;
    slot.running = null;
    slot.child = null;
    slot.ended = [...slot.ended, boot].slice(-ENDED_KEPT);
    backOff(slot);
    await saveState(slot);
    onTrouble('a gateway process has ended', { gateway: slot.config.name, pid, boot });
    onLost(slot.config.environment, boot);
  };
  await look();
  const watching = setInterval(() => {
    looking = looking.then(look);
  }, LOOK_EVERY_MS);

  const leave = (): void => {
    isStopped = true;
    clearInterval(watching);
    for (const { child } of slots) child?.unref();
  };
  return {
    pids: () =>
      slots.flatMap(({ config, running }) => (running === null ? [] : [{ name: config.name, ...running }])),
    leave,
    async stop(withinMs = STOP_WITHIN_MS) {
      leave();
      await looking;
      await Promise.all(slots.map((slot) => stopOne(slot, withinMs)));
    },
  };
}

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

async function slotOf(config: ProcessSpec, stateFiles: string, logs: string): Promise<Slot> {
  const state = path.resolve(stateFiles, `${config.name}.json`);
  const { running, ended } = await loadState(state);
  return {
    config,
    files: {
      config: path.resolve(stateFiles, `${config.name}.config.json`),
      state,
      log: path.resolve(logs, `${config.name}.log`),
    },
    running,
    child: null,
    ended,
    failures: 0,
    startedAtMs: performance.now(),
    startAgainAtMs: 0,
  };
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

/** Keeps the process that there is, unless it was started for something else than is wanted now. */
async function adopt(slot: Slot): Promise<void> {
  await find(slot);
  if (slot.running === null) return;
  const written = await writtenConfig(slot.files.config);
  if (written === null || !isAsWanted(written, slot.config)) await stopOne(slot, REPLACE_WITHIN_MS);
}

const isAsWanted = (written: ProcessSpec, wanted: ProcessSpec): boolean =>
  written.environment === wanted.environment &&
  written.host === wanted.host &&
  written.port === wanted.port &&
  (written.processes ?? 1) === (wanted.processes ?? 1) &&
  (written.process ?? 0) === (wanted.process ?? 0) &&
  written.controlSocket === wanted.controlSocket &&
  (written.upstreamsAllowed ?? []).join() === (wanted.upstreamsAllowed ?? []).join();

const writtenConfig = (file: string): Promise<GatewayConfig | null> =>
  readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as GatewayConfig,
    () => null,
  );

/** Keeps the recorded process if it lives; otherwise one that was started just before the record could be written. */
async function find(slot: Slot): Promise<void> {
  const { running, files } = slot;
  if (running !== null && (await hasEnded(running))) {
    slot.running = null;
    slot.ended = [...slot.ended, running.boot].slice(-ENDED_KEPT);
  }
  for (const pid of await pidsWithArgument(files.config)) {
    if (pid === slot.running?.pid) continue;
    const start = await startOf(pid);
    const config = await writtenConfig(files.config);
    if (start === null) continue;
    if (slot.running === null && config?.boot !== undefined) slot.running = { pid, start, boot: config.boot };
    else kill(pid, 'SIGTERM');
  }
  await saveState(slot);
}

async function start(slot: Slot, onTrouble: (what: string, about: object) => void): Promise<void> {
  const { config, files } = slot;
  const boot = newBoot(config.environment);
  await writeAtomically(files.config, JSON.stringify({ ...config, boot } satisfies GatewayConfig, null, 2));
  const log = openSync(files.log, 'a', 0o600);
  const child = spawn(process.execPath, [mainFile(), files.config], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: config.stateDir,
    // Nothing of the control plane's own environment, which may hold secrets.
    env: passedOn(process.env),
  });
  closeSync(log);
  child.on('error', (error) => onTrouble('a gateway process failed', { gateway: config.name, err: error }));
  child.unref();
  slot.startedAtMs = performance.now();
  if (child.pid === undefined) throw new Error(`no process for the gateway ${config.name}`);
  const started = await startOf(child.pid);
  slot.child = child;
  slot.running = { pid: child.pid, start: started ?? 'ended', boot };
  await saveState(slot);
}

async function stopOne(slot: Slot, withinMs: number): Promise<void> {
  const { running } = slot;
  if (running === null) return;
  const endsAtMs = performance.now() + withinMs;
  if (!(await hasEnded(running))) kill(running.pid, 'SIGTERM');
  while (!(await hasEnded(running))) {
    if (performance.now() >= endsAtMs) kill(running.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  slot.running = null;
  slot.ended = [...slot.ended, running.boot].slice(-ENDED_KEPT);
  await saveState(slot);
}

const PASSED_ON = ['PATH', 'TZ', 'LANG', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

const passedOn = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    PASSED_ON.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );

const hasEnded = async ({ pid, start }: Running): Promise<boolean> => (await startOf(pid)) !== start;

function backOff(slot: Slot): void {
  slot.startAgainAtMs =
    performance.now() + Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** slot.failures);
  slot.failures = Math.min(slot.failures + 1, 20);
}

/** Runs from source as from the compiled package: the file beside this one, in the same form. */
function mainFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../gateway/main.${extension}`, import.meta.url));
}

async function loadState(file: string): Promise<StateFile> {
  try {
    const { running, ended } = JSON.parse(await readFile(file, 'utf8')) as StateFile;
    return { running: running ?? null, ended: ended ?? [] };
  } catch {
    // Missing or damaged: a living process is then found by its command line.
    return { running: null, ended: [] };
  }
}

const saveState = ({ files, running, ended }: Slot): Promise<void> =>
  writeAtomically(files.state, JSON.stringify({ running, ended } satisfies StateFile));

async function writeAtomically(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SuccessorOrder } from '../../core/routing/handover.ts';
import type { GatewayConfig } from '../../gateway/gateway-config.ts';
import { newBoot } from '../../gateway/invocation-id.ts';
import { gatewayEnvironment } from './gateway-environment.ts';
import { GATEWAY_NODE_OPTIONS } from './gateway-node-options.ts';
import { pidsWithArgument, startOf } from './process-identity.ts';

/** One process of a gateway. */
export type ProcessSpec = Omit<GatewayConfig, 'boot'>;

export interface Slot {
  readonly config: ProcessSpec;
  readonly files: {
    readonly config: string;
    /** Configuration of the process that is to take the place of the running one, until it has. */
    readonly next: string;
    readonly state: string;
    readonly log: string;
  };
  running: Running | null;
  /** Gets ready to take the running one's place. Its pid is 0 until it is known. */
  next: Running | null;
  /** They accept nothing more, and finish what they have. */
  leaving: readonly Running[];
  /** Somebody sees to the running one's replacement, and to whatever ends meanwhile. */
  isReplacing: boolean;
  /** The running one was started with another configuration, or by another version, than is wanted now. */
  isOutdated: boolean;
  child: ChildProcess | null;
  ended: readonly string[];
  failures: number;
  startedAtMs: number;
  startAgainAtMs: number;
  /** Of the state file. */
  saving: Promise<void>;
}

export interface Running {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
}

interface StateFile {
  readonly running: Running | null;
  /** Boots that have ended, the newest last. */
  readonly ended: readonly string[];
  readonly next?: Running | null;
  readonly leaving?: readonly Running[];
}

const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 10_000;
const ENDED_KEPT = 64;

export async function slotOf(config: ProcessSpec, stateFiles: string, logs: string): Promise<Slot> {
  const state = path.resolve(stateFiles, `${config.name}.json`);
  const { running, ended, next = null, leaving = [] } = await loadState(state);
  return {
    config,
    files: {
      config: path.resolve(stateFiles, `${config.name}.config.json`),
      next: path.resolve(stateFiles, `${config.name}.next.json`),
      state,
      log: path.resolve(logs, `${config.name}.log`),
    },
    running,
    next,
    leaving,
    isReplacing: false,
    isOutdated: false,
    child: null,
    ended,
    failures: 0,
    startedAtMs: performance.now(),
    startAgainAtMs: 0,
    saving: Promise.resolve(),
  };
}

export const writtenConfig = (file: string): Promise<GatewayConfig | null> =>
  readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as GatewayConfig,
    () => null,
  );

/** Keeps the recorded processes that live; otherwise one that was started just before the record could be written. */
export async function find(slot: Slot): Promise<void> {
  const { files } = slot;
  if (slot.running !== null && (await hasEnded(slot.running))) forget(slot);
  await forgetLeft(slot);
  if (slot.next !== null && slot.next.pid !== 0 && (await hasEnded(slot.next))) dropNext(slot);
  const known = [slot.running, slot.next, ...slot.leaving].map((one) => one?.pid);
  for (const pid of await pidsWithArgument(files.config)) {
    if (known.includes(pid)) continue;
    const start = await startOf(pid);
    const config = await writtenConfig(files.config);
    if (start === null) continue;
    if (slot.next?.pid === 0) slot.next = { ...slot.next, pid, start };
    else if (slot.running === null && config?.boot !== undefined)
      slot.running = { pid, start, boot: config.boot };
    else kill(pid, 'SIGTERM');
  }
  if (slot.next?.pid === 0) slot.next = null;
  // It sees that it is alone, and serves.
  if (slot.next !== null && slot.running === null) await promote(slot);
  await saveState(slot);
}

/** Looks for a successor of which nothing but its boot is known. */
export async function findNext(slot: Slot): Promise<void> {
  if (slot.next?.pid !== 0) return;
  // On its command line alone: see `handOver` of the gateway.
  for (const pid of await pidsWithArgument(slot.next.boot)) {
    const start = await startOf(pid);
    if (start !== null && slot.next !== null) slot.next = { ...slot.next, pid, start };
  }
}

/** The successor serves; the process before leaves. */
export async function promote(slot: Slot): Promise<void> {
  const { running, next, files } = slot;
  if (next === null) return;
  await rename(files.next, files.config).catch((error: NodeJS.ErrnoException) => {
    // It was renamed before whoever did it could record that.
    if (error.code !== 'ENOENT') throw error;
  });
  if (running !== null) slot.leaving = [...slot.leaving, running];
  Object.assign(slot, { running: next, next: null, child: null, failures: 0, isOutdated: false });
  slot.startedAtMs = performance.now();
  await saveState(slot);
}

/** There will be no successor; if there is a process, it ends. */
export async function giveUpNext(slot: Slot): Promise<void> {
  const { next } = slot;
  if (next === null) return;
  if (next.pid !== 0 && !(await hasEnded(next))) kill(next.pid, 'SIGKILL');
  dropNext(slot);
  await rm(slot.files.next, { force: true });
  await saveState(slot);
}

/** It may have greeted the control plane, so its end is told like that of one that served. */
function dropNext(slot: Slot): void {
  if (slot.next !== null && slot.next.pid !== 0) slot.leaving = [...slot.leaving, slot.next];
  slot.next = null;
}

/** Of the processes that leave, the boots of those that have ended. */
export async function forgetLeft(slot: Slot): Promise<readonly string[]> {
  if (slot.leaving.length === 0) return [];
  const gone: Running[] = [];
  for (const one of slot.leaving) if (await hasEnded(one)) gone.push(one);
  if (gone.length === 0) return [];
  const boots = gone.map(({ boot }) => boot);
  slot.leaving = slot.leaving.filter((one) => !gone.includes(one));
  slot.ended = [...slot.ended, ...boots].slice(-ENDED_KEPT);
  return boots;
}

/** How the running process is to start its successor, whose configuration is written first. */
export async function prepareNext(slot: Slot): Promise<SuccessorOrder> {
  const { config, files } = slot;
  const boot = newBoot(config.environment);
  await writeAtomically(files.next, JSON.stringify({ ...config, boot } satisfies GatewayConfig, null, 2));
  slot.next = { pid: 0, start: '', boot };
  await saveState(slot);
  return {
    program: process.execPath,
    arguments: argumentsWith(files.config, files.next),
    environment: gatewayEnvironment(process.env),
    boot,
  };
}

export async function startOne(slot: Slot, onTrouble: (what: string, about: object) => void): Promise<void> {
  const { config, files } = slot;
  const boot = newBoot(config.environment);
  await writeAtomically(files.config, JSON.stringify({ ...config, boot } satisfies GatewayConfig, null, 2));
  const log = openSync(files.log, 'a', 0o600);
  const child = spawn(process.execPath, argumentsWith(files.config), {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: config.stateDir,
    env: gatewayEnvironment(process.env),
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

export async function stopOne(slot: Slot, withinMs: number): Promise<void> {
  // The successor first: it would take the place of one that ends.
  const all = [slot.next, slot.running, ...slot.leaving].filter((one) => one !== null && one.pid !== 0);
  if (all.length === 0) return;
  await Promise.all(all.map((one) => endProcess(one!, withinMs)));
  await rm(slot.files.next, { force: true });
  slot.ended = [...slot.ended, ...all.map((one) => one!.boot)].slice(-ENDED_KEPT);
  Object.assign(slot, { running: null, next: null, leaving: [] });
  await saveState(slot);
}

async function endProcess(running: Running, withinMs: number): Promise<void> {
  const endsAtMs = performance.now() + withinMs;
  if (!(await hasEnded(running))) kill(running.pid, 'SIGTERM');
  while (!(await hasEnded(running))) {
    if (performance.now() >= endsAtMs) kill(running.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const hasEnded = async ({ pid, start }: Running): Promise<boolean> => (await startOf(pid)) !== start;

export function backOff(slot: Slot): void {
  slot.startAgainAtMs =
    performance.now() + Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** slot.failures);
  slot.failures = Math.min(slot.failures + 1, 20);
}

const argumentsWith = (...files: readonly string[]): readonly string[] => [
  ...GATEWAY_NODE_OPTIONS,
  mainFile(),
  ...files,
];

/** Runs from source as from the compiled package: the file beside this one, in the same form. */
function mainFile(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../gateway/main.${extension}`, import.meta.url));
}

async function loadState(file: string): Promise<StateFile> {
  try {
    const { running, ended, next, leaving } = JSON.parse(await readFile(file, 'utf8')) as StateFile;
    return { running: running ?? null, ended: ended ?? [], next: next ?? null, leaving: leaving ?? [] };
  } catch {
    // Missing or damaged: a living process is then found by its command line.
    return { running: null, ended: [] };
  }
}

/** One write after the other: who replaces a process and who watches it may both have something to record. */
export function saveState(slot: Slot): Promise<void> {
  const write = async (): Promise<void> => {
    const { files, running, ended, next, leaving } = slot;
    const state: StateFile = {
      running,
      ended,
      ...(next !== null && { next }),
      ...(leaving.length > 0 && { leaving }),
    };
    await writeAtomically(files.state, JSON.stringify(state));
  };
  const saved = slot.saving.then(write);
  slot.saving = saved.catch(() => {});
  return saved;
}

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

/** Notes that the process of a slot is gone; its boot is remembered as ended. */
export function forget(slot: Slot): void {
  if (slot.running !== null) slot.ended = [...slot.ended, slot.running.boot].slice(-ENDED_KEPT);
  slot.running = null;
  slot.child = null;
}

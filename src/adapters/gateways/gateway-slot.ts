import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GatewayConfig } from '../../gateway/gateway-config.ts';
import { newBoot } from '../../gateway/invocation-id.ts';
import { pidsWithArgument, startOf } from './process-identity.ts';

/** One process of a gateway. */
export type ProcessSpec = Omit<GatewayConfig, 'boot'>;

export interface Slot {
  readonly config: ProcessSpec;
  readonly files: { readonly config: string; readonly state: string; readonly log: string };
  running: Running | null;
  child: ChildProcess | null;
  ended: readonly string[];
  failures: number;
  startedAtMs: number;
  startAgainAtMs: number;
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
}

const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 10_000;
const ENDED_KEPT = 64;

export async function slotOf(config: ProcessSpec, stateFiles: string, logs: string): Promise<Slot> {
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

export const writtenConfig = (file: string): Promise<GatewayConfig | null> =>
  readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as GatewayConfig,
    () => null,
  );

/** Keeps the recorded process if it lives; otherwise one that was started just before the record could be written. */
export async function find(slot: Slot): Promise<void> {
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

export async function startOne(slot: Slot, onTrouble: (what: string, about: object) => void): Promise<void> {
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

export async function stopOne(slot: Slot, withinMs: number): Promise<void> {
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

export const hasEnded = async ({ pid, start }: Running): Promise<boolean> => (await startOf(pid)) !== start;

export function backOff(slot: Slot): void {
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

export const saveState = ({ files, running, ended }: Slot): Promise<void> =>
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

/** Notes that the process of a slot is gone; its boot is remembered as ended. */
export function forget(slot: Slot): void {
  if (slot.running !== null) slot.ended = [...slot.ended, slot.running.boot].slice(-ENDED_KEPT);
  slot.running = null;
  slot.child = null;
}

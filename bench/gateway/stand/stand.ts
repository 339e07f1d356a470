import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Which core a process may use: the proxies have one, load and upstream the other. */
export const CORES = { proxy: '0', load: '1' } as const;

/** The processes and the files of one benchmark. */
export interface Stand {
  readonly directory: string;
  /** Starts a command on a core; it is ended with the stand. */
  start(core: string, command: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  onClose(close: () => unknown): void;
  close(): Promise<void>;
}

export async function openStand(): Promise<Stand> {
  // Who measures takes nothing from the proxies' core.
  execFileSync('taskset', ['-a', '-c', '-p', CORES.load, String(process.pid)]);
  const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-bench-'));
  const started: ChildProcess[] = [];
  const closing: (() => unknown)[] = [];
  return {
    directory,
    start(core, command, args, options = {}) {
      const child = spawn('taskset', ['-c', core, command, ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        ...options,
      });
      child.once('error', (cause) => {
        throw new Error(`${command} cannot be started; bench/gateway/README.md says what is needed`, {
          cause,
        });
      });
      started.push(child);
      return child;
    },
    onClose: (close) => void closing.push(close),
    async close() {
      for (const child of started) child.kill('SIGTERM');
      await Promise.all(
        started.map((child) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve))),
      );
      for (const close of closing) await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Until something accepts connections there. */
export async function isListening(port: number, withinMs = 20_000): Promise<void> {
  const endsAtMs = performance.now() + withinMs;
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) });
      return;
    } catch (error) {
      if (performance.now() >= endsAtMs) throw new Error(`nothing listens on port ${port}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Client, createClient } from '../../src/client/client.ts';

const tidegate = join(import.meta.dirname, '../../bin/tidegate.js');

/** A Tidegate of its own in a directory of its own, driven as a person drives it: by the command line. */
export interface Machine<Environment extends string = string> {
  readonly directory: string;
  readonly client: () => Client;
  /** Origins of the gateways. */
  readonly gateways: Readonly<Record<Environment, string>>;
  /** Resolves when it is ready; says how long that took. */
  start(): Promise<number>;
  /** kill -9 of the control plane alone. */
  kill(): Promise<void>;
  run(args: readonly string[], cwd?: string): Promise<{ code: number; out: string; err: string }>;
  /** Ends everything that was started, whatever state it is in. */
  end(): Promise<void>;
}

/** What a machine is set up with: a folder with `tidegate.server.yaml`, and the ports named in it, which are exchanged for free ones. */
export interface MachineSetup<Environment extends string> {
  readonly server: string;
  readonly ports: Readonly<Record<Environment, number>>;
}

export const openMachine = async <Environment extends string>(
  directory: string,
  setup: MachineSetup<Environment>,
): Promise<Machine<Environment>> => {
  cpSync(setup.server, directory, { recursive: true });
  const named = Object.entries<number>(setup.ports);
  const [control, ...free] = await freePorts(1 + named.length);
  const file = join(directory, 'tidegate.server.yaml');
  let text = readFileSync(file, 'utf8');
  const gateways = {} as Record<Environment, string>;
  for (const [index, [environment, port]] of named.entries()) {
    text = text.replace(`127.0.0.1:${port}`, `127.0.0.1:${free[index]}`);
    gateways[environment as Environment] = `http://127.0.0.1:${free[index]}`;
  }
  writeFileSync(file, `control: {listen: "127.0.0.1:${control}"}\n${text}`);
  const address = `http://127.0.0.1:${control}`;
  let plane: ChildProcess | null = null;

  const client = (): Client => {
    const token = readFileSync(join(directory, '.tidegate/admin-token'), 'utf8').trim();
    return createClient({ server: address, token });
  };

  const run: Machine<Environment>['run'] = (args, cwd = directory) =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, TIDEGATE_SERVER: address, NO_COLOR: '1', CI: '' };
      const child = spawn(process.execPath, [tidegate, ...args, ...tokenFor(args)], { cwd, env });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, out, err }));
    });

  const tokenFor = ([command]: readonly string[]): string[] =>
    command === 'down' || command === 'validate'
      ? []
      : ['--token-file', join(directory, '.tidegate/admin-token')];

  return {
    directory,
    client,
    gateways,
    async start() {
      const begunAtMs = performance.now();
      const log = openSync(join(directory, 'up.log'), 'a');
      const child = spawn(process.execPath, [tidegate, 'up'], {
        cwd: directory,
        stdio: ['ignore', log, log],
      });
      plane = child;
      for (;;) {
        const ready = await fetch(`${address}/healthz`).then(
          (answer) => answer.ok,
          () => false,
        );
        if (ready) return performance.now() - begunAtMs;
        if (child.exitCode !== null)
          throw new Error(`tidegate up ended: ${readFileSync(join(directory, 'up.log'), 'utf8')}`);
        if (performance.now() - begunAtMs > 30_000) throw new Error('tidegate up is not ready after 30 s');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async kill() {
      await ended(plane, 'SIGKILL');
      plane = null;
    },
    run,
    async end() {
      if (existsSync(join(directory, '.tidegate'))) await run(['down']).catch(() => undefined);
      await ended(plane, 'SIGKILL');
    },
  };
};

const ended = async (child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> => {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const done = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await done;
};

const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};

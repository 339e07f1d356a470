import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LinkGateways, openLinkGateways } from '../../src/adapters/gateways/link-gateways.ts';
import type { RouteTable } from '../../src/core/routing/table.ts';
import type { GatewayConfig } from '../../src/gateway/gateway-config.ts';
import { until } from '../../src/gateway/testing/harness.ts';
import { transportUnderTest } from '../../src/gateway/testing/transport-under-test.ts';

/** A gateway as it runs in earnest: a process of its own, told its routes over the real link. */
export interface GatewayProcess {
  readonly pid: number;
  readonly address: string;
  readonly directory: string;
  /** Null once the control plane is gone. */
  readonly link: LinkGateways | null;
  push(table: RouteTable): Promise<void>;
  residentMb(): Promise<number>;
  descriptors(): Promise<number>;
  /** Everything it has logged, one object a line. */
  log(): Promise<Record<string, unknown>[]>;
  /** All lines of the invocation log. */
  invocations(): Promise<string[]>;
  /** Ends the control plane's side and leaves the process alone. */
  loseControlPlane(): Promise<void>;
  /** Resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends everything and removes the directory. */
  remove(): Promise<void>;
}

export interface GatewayProcessOptions {
  readonly directory?: string;
  readonly config?: Partial<GatewayConfig>;
  /** Without a control plane. */
  readonly isAlone?: boolean;
  /** Most open descriptors (`ulimit -n`). */
  readonly descriptorsAtMost?: number;
  /** Arguments of Node before the program. */
  readonly nodeArguments?: readonly string[];
}

export async function startGatewayProcess(options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
  const directory = options.directory ?? (await mkdtemp(path.join(tmpdir(), 'tidegate-gateway-process-')));
  const isAlone = options.isAlone === true;
  const applied: number[] = [];
  let address = '';
  let link: LinkGateways | null = null;
  const config: GatewayConfig = {
    transport: transportUnderTest(),
    name: 'edge',
    environment: 'production',
    host: '127.0.0.1',
    port: 0,
    controlSocket: path.join(directory, isAlone ? 'nobody.sock' : 'control.sock'),
    stateDir: path.join(directory, 'state'),
    logDir: path.join(directory, 'logs'),
    ...options.config,
  };
  if (!isAlone) {
    const opened = await openLinkGateways({ socketPath: config.controlSocket });
    opened.listen({
      connected: (hello) => {
        address = hello.address;
      },
      applied: (_, __, { seq }) => applied.push(seq),
      frame: (_, boot, { seq }) => opened.stored(boot, seq),
    });
    link = opened;
  }
  const file = path.join(directory, `${config.name}.json`);
  const logFile = path.join(directory, `${config.name}.log`);
  await writeFile(file, JSON.stringify(config));
  const log = openSync(logFile, 'a');
  const main = fileURLToPath(new URL('../../src/gateway/main.ts', import.meta.url));
  const child = launch([...(options.nodeArguments ?? []), main, file], log, options.descriptorsAtMost);
  closeSync(log);

  const readLog = async (): Promise<Record<string, unknown>[]> =>
    (await readFile(logFile, 'utf8'))
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  await until(async () => {
    const serving = (await readLog()).findLast(
      ({ msg, pid }) => msg === 'the gateway serves' && pid === child.pid,
    );
    if (serving !== undefined) address = String(serving.address);
    if (child.exitCode !== null) throw new Error(`the gateway ended: ${await readFile(logFile, 'utf8')}`);
    return serving !== undefined;
  }, 20_000);

  const running: GatewayProcess = {
    pid: child.pid!,
    get address() {
      return address;
    },
    directory,
    get link() {
      return link;
    },
    async push(table) {
      link!.push(table);
      await until(() => applied.includes(table.generation.seq), 10_000);
    },
    async residentMb() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
    },
    descriptors: async () => (await readdir(`/proc/${child.pid}/fd`)).length,
    log: readLog,
    async invocations() {
      const where = path.join(config.logDir, config.environment);
      const names = await readdir(where).catch(() => [] as string[]);
      const texts = await Promise.all(names.sort().map((name) => readFile(path.join(where, name), 'utf8')));
      return texts.join('').split('\n').filter(Boolean);
    },
    async loseControlPlane() {
      const lost = link;
      link = null;
      await lost?.close();
    },
    async kill(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill(signal);
        await gone;
      }
    },
    async remove() {
      await running.kill('SIGKILL');
      await running.loseControlPlane();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return running;
}

function launch(nodeArguments: readonly string[], log: number, descriptorsAtMost?: number): ChildProcess {
  const options: SpawnOptions = { stdio: ['ignore', log, log] };
  if (descriptorsAtMost === undefined) return spawn(process.execPath, [...nodeArguments], options);
  const command = `ulimit -n ${descriptorsAtMost}; exec "$0" "$@"`;
  return spawn('sh', ['-c', command, process.execPath, ...nodeArguments], options);
}

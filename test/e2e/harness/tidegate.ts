import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { type Client, createClient, type LaneName, type LaneView } from '../../../src/client/client.ts';
import { down } from '../../../src/down.ts';
import { freePorts } from './free-ports.ts';
import { type Shipped, seal, ship } from './ship.ts';
import { startTraffic, type Traffic, type TrafficOptions } from './traffic.ts';
import { until } from './until.ts';
import { type ServiceTree, writeService } from './write-service.ts';

type EndedRollout = LaneView['ended'][number];

export interface EnvironmentSpec {
  readonly name: string;
  readonly strategy?: unknown;
  readonly promote?: 'manual' | 'automatic';
  readonly gatewayProcesses?: number;
  /** Merged over a policy with short times and without a feedback guard. */
  readonly policy?: object;
}

export interface TidegateOptions {
  readonly environments?: readonly EnvironmentSpec[];
  /** Merged over tidegate.server.yaml. */
  readonly server?: object;
  /** Where everything is; default a temporary directory that is removed in the end. */
  readonly directory?: string;
}

/** A control plane in a process of its own, with its gateways and replicas, on a directory of its own. */
export interface Tidegate {
  readonly directory: string;
  readonly stateDir: string;
  readonly controlPort: number;
  readonly client: Client;
  /** Of the administrator. */
  readonly token: () => string;
  /** What the process has said. */
  readonly output: () => string;
  readonly pid: () => number;
  gateway(environment: string): string;
  /** Starts the process and waits until it is ready; resolves to how long that took. */
  up(): Promise<number>;
  /** How long the last `up` took. */
  readonly readyAfterMs: () => number;
  /** kill -9; gateways and replicas stay. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Ends everything, as `tidegate down` does. */
  down(): Promise<void>;
  /** Writes a tree below the directory; returns where. */
  write(tree: ServiceTree, name?: string): string;
  /** Seals a directory without shipping it; resolves to the digest of the release. */
  seal(directory: string, version: string): Promise<string>;
  ship(tree: ServiceTree, version: string, environment: string): Promise<Shipped>;
  traffic(environment: string, service: string, options?: TrafficOptions): Traffic;
  lane(lane: LaneName): Promise<LaneView>;
  /** The lane once it is as wanted. */
  laneUntil(
    lane: LaneName,
    what: string,
    isSo: (view: LaneView) => boolean,
    withinMs?: number,
  ): Promise<LaneView>;
  /** The end of a rollout. */
  ended(lane: LaneName, rollout: string, withinMs?: number): Promise<EndedRollout>;
  /** The end of a rollout that must complete. @throws Error with what it ended on otherwise */
  completed(lane: LaneName, rollout: string, withinMs?: number): Promise<void>;
  /** Ends everything that runs and removes what was written. */
  dispose(): Promise<void>;
}

const shortPolicy = {
  guards: { errors: { margin: '10%' }, slow: { margin: '10%' }, feedback: 'off', disagree: 'off' },
  minimum: '300ms',
  timeout: '1m',
  hold: { duration: '0s' },
  lease: '20s',
};

const entry = fileURLToPath(new URL('run-up.ts', import.meta.url));

/** Writes the files of a server and starts it. @throws Error with what the process said, when it does not come up */
export const openTidegate = async (options: TidegateOptions = {}): Promise<Tidegate> => {
  const environments = options.environments ?? [{ name: 'production' }];
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'tidegate-e2e-'));
  const stateDir = join(directory, '.tidegate');
  const [controlPort = 0, ...gatewayPorts] = await freePorts(environments.length + 1);
  writeServerFiles(directory, environments, controlPort, gatewayPorts, options.server);
  let child: ChildProcess | null = null;
  let said = '';
  let trees = 0;
  let readyAfterMs = 0;

  const gateway = (environment: string): string =>
    `http://127.0.0.1:${gatewayPorts[environments.findIndex(({ name }) => name === environment)]}`;
  const hasEnded = (): boolean => child === null || child.exitCode !== null || child.signalCode !== null;
  const ended = async (): Promise<void> => {
    const one = child;
    if (one !== null && !hasEnded()) await new Promise((resolve) => one.once('exit', resolve));
  };

  const up = async (): Promise<number> => {
    const since = performance.now();
    const mine = spawn(process.execPath, [entry, directory], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = mine;
    let own = '';
    for (const stream of [mine.stdout, mine.stderr])
      stream.on('data', (chunk: Buffer) => {
        own += chunk.toString();
        said += chunk.toString();
      });
    await until(
      'the control plane is ready',
      () => {
        if (hasEnded()) throw new Error(`The control plane ended at once:\n${own}`);
        return own.includes('Tidegate is ready.');
      },
      { everyMs: 5, seen: () => own },
    );
    readyAfterMs = performance.now() - since;
    return readyAfterMs;
  };

  let client: Client;
  const token = (): string => readFileSync(join(stateDir, 'admin-token'), 'utf8').trim();

  const tidegate: Tidegate = {
    directory,
    stateDir,
    controlPort,
    get client() {
      return client;
    },
    token,
    output: () => said,
    pid: () => child?.pid ?? 0,
    gateway,
    up,
    readyAfterMs: () => readyAfterMs,
    async kill() {
      child?.kill('SIGKILL');
      await ended();
    },
    signal: (signal) => void child?.kill(signal),
    async down() {
      await down({ directory, say: () => {} });
      await ended();
    },
    write: (tree, name = `tree-${++trees}`) => writeService(join(directory, 'trees', name), tree),
    seal: async (at, version) => (await seal(client, at, version)).release,
    ship: (tree, version, environment) => ship(client, tidegate.write(tree), version, environment),
    traffic: (environment, service, more) => startTraffic(gateway(environment), service, more),
    lane: (lane) => client.lane(lane),
    async laneUntil(lane, what, isSo, withinMs) {
      let last: LaneView | null = null;
      return until(
        what,
        async () => {
          last = await client.lane(lane);
          return isSo(last) ? last : null;
        },
        { ...(withinMs === undefined ? {} : { withinMs }), seen: () => brief(last) },
      );
    },
    async ended(lane, rollout, withinMs) {
      const find = ({ ended: all }: LaneView): EndedRollout | undefined =>
        all.find(({ order }) => order.rollout === rollout);
      const view = await tidegate.laneUntil(
        lane,
        `${rollout} ends`,
        (one) => find(one) !== undefined,
        withinMs,
      );
      return find(view)!;
    },
    async completed(lane, rollout, withinMs) {
      const { outcome, cause } = await tidegate.ended(lane, rollout, withinMs);
      if (outcome !== 'completed')
        throw new Error(`${lane.service} in ${lane.environment} ${outcome}: ${JSON.stringify(cause)}`);
    },
    async dispose() {
      try {
        child?.kill('SIGCONT');
        child?.kill('SIGKILL');
        await ended();
        if (existsSync(stateDir)) await down({ directory, say: () => {} });
      } finally {
        if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
      }
    },
  };
  try {
    await up();
    client = createClient({
      server: `http://127.0.0.1:${controlPort}`,
      token: token(),
      actor: 'tester',
    });
  } catch (error) {
    await tidegate.dispose();
    throw error;
  }
  return tidegate;
};

const writeServerFiles = (
  directory: string,
  environments: readonly EnvironmentSpec[],
  controlPort: number,
  gatewayPorts: readonly number[],
  more: object = {},
): void => {
  mkdirSync(join(directory, 'policies'), { recursive: true });
  for (const { name, policy } of environments)
    writeFileSync(join(directory, 'policies', `${name}.yaml`), stringify({ ...shortPolicy, ...policy }));
  const server = {
    control: { listen: `127.0.0.1:${controlPort}` },
    environments: environments.map(({ policy: _, ...environment }, index) => ({
      strategy: { canary: ['50%', '100%'] },
      ...environment,
      gateway: `127.0.0.1:${gatewayPorts[index]}`,
      policy: `policies/${environment.name}.yaml`,
    })),
    ...more,
  };
  writeFileSync(join(directory, 'tidegate.server.yaml'), stringify(server));
};

/** What a person needs to see of a lane that is not as it should be. */
const brief = (view: LaneView | null): unknown =>
  view === null
    ? 'the lane was never seen'
    : {
        stable: view.stable?.releaseVersion,
        rollout: view.rollout && {
          rollout: view.rollout.order.rollout,
          version: view.rollout.order.releaseVersion,
          stage: view.rollout.stage,
          verdict: view.rollout.verdict,
          readings: view.rollout.readings.map(({ guard, rollout, rollback, advance }) => ({
            guard,
            rollout,
            rollback,
            advance,
          })),
        },
        workloads: view.workloads,
        ended: view.ended.map(({ order, outcome, cause }) => ({ ...order, plan: undefined, outcome, cause })),
      };

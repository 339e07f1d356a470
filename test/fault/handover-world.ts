import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GatewaySpec } from '../../src/adapters/gateways/launch.ts';
import { type OpenGateways, openGateways } from '../../src/adapters/gateways/open-gateways.ts';
import type { Frame, RolloutCohort, TrafficCounts } from '../../src/core/routing/link.ts';
import type { RouteTable } from '../../src/core/routing/table.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';
import { transportUnderTest } from '../../src/gateway/testing/transport-under-test.ts';
import { startUpstream } from '../../src/gateway/testing/upstream.ts';
import { type HandoverLoad, startHandoverLoad } from './handover-load.ts';

const ENVIRONMENT = 'production';
const BODY = '{"answer":"from a release"}';
const CHUNKS = 30;
const CHUNK = 'data: {"part":1}\n\n';
const RENEW_EVERY_MS = 500;

/** Gateway processes as `tidegate up` runs them, a control plane that stores what they tell, and a service behind them. */
export interface HandoverWorld {
  readonly directory: string;
  readonly gateways: OpenGateways;
  /** Of the gateway, with one process. */
  readonly spec: GatewaySpec;
  readonly troubles: string[];
  /** Everything the processes have counted so far, over all of them. */
  counted(): {
    readonly answered: number;
    /** That are evidence. */
    readonly requests: number;
    /** That are none, because some keys had taken the candidate more than its share, or one key brought the errors. */
    readonly setAside: number;
    readonly keys: number;
  };
  /** Every invocation in their logs. */
  logged(): Promise<string[]>;
  /** Calls of the service. */
  called(): number;
  startLoad(): HandoverLoad;
  push(table: RouteTable): void;
  /** What the launcher has on record of the first process: who runs, and who gets ready to. */
  recorded(): Promise<{ readonly running: Recorded | null; readonly next?: Recorded }>;
  /** Ends the control plane alone, and starts another one. */
  restartControlPlane(settings?: WorldSettings): Promise<void>;
  close(): Promise<void>;
}

export interface Recorded {
  readonly pid: number;
  readonly boot: string;
}

export interface WorldSettings {
  readonly processes?: number;
  readonly version?: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export async function openHandoverWorld(settings: WorldSettings = {}): Promise<HandoverWorld> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-handover-'));
  const port = await freePort();
  const upstream = await startUpstream((req, res) => {
    if (req.url?.includes('stream') !== true) res.end(BODY);
    else {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      let sent = 0;
      const timer = setInterval(() => {
        res.write(CHUNK);
        sent += 1;
        if (sent < CHUNKS) return;
        clearInterval(timer);
        res.end();
      }, 40);
    }
  });
  const troubles: string[] = [];
  const cohorts = new Map<string, RolloutCohort>();
  const traffic = new Map<string, TrafficCounts>();
  const route = tableWith(1, [
    serviceWith({
      protocol: 'http',
      repeatable: false,
      sticky: { by: 'header', name: 'x-user' },
      timeouts: { connectMs: 2_000, firstByteMs: 20_000, totalMs: 60_000, idleMs: 20_000 },
      stable: stableAt(upstream.address),
      candidate: candidateAt([upstream.address], {
        readings: {
          guards: [{ name: 'errors', marginShare: 0.02 }],
          slowMs: 5_000,
          feedbackWithinMs: 600,
          unit: 'key',
        },
      }),
    }),
  ]);
  let table: RouteTable = route;
  let gateways: OpenGateways;
  let renewing: NodeJS.Timeout | null = null;

  const openPlane = async ({ processes = 1, version, tls }: WorldSettings): Promise<void> => {
    gateways = await openGateways({
      stateDir: directory,
      logDir: path.join(directory, 'logs'),
      gateways: [
        {
          name: 'edge',
          environment: ENVIRONMENT,
          host: '127.0.0.1',
          port,
          processes,
          ...(transportUnderTest() === 'raw' && { transport: 'raw' as const }),
          ...(version && { version }),
          ...(tls && { tls: [tls] }),
        },
      ],
      onTrouble: (what, about) => troubles.push(`${what} ${JSON.stringify(about)}`),
    });
    const plane = gateways.gateways;
    plane.listen({
      frame(_, boot, frame: Frame) {
        for (const cohort of frame.cohorts)
          cohorts.set(`${cohort.rollout} ${cohort.source} ${cohort.index}`, cohort);
        for (const counts of frame.traffic) traffic.set(`${boot} ${counts.track} ${counts.release}`, counts);
        plane.stored(boot, frame.seq);
      },
    });
    plane.push(table);
    renewing = setInterval(() => plane.renew(ENVIRONMENT, table.generation), RENEW_EVERY_MS);
    await gateways.connected(30_000);
  };
  await openPlane(settings);

  return {
    directory,
    spec: {
      name: 'edge',
      environment: ENVIRONMENT,
      host: '127.0.0.1',
      port,
      controlSocket: path.join(directory, 'gateways.sock'),
      stateDir: directory,
      logDir: path.join(directory, 'logs'),
    },
    get gateways() {
      return gateways;
    },
    troubles,
    counted() {
      const sum = { answered: 0, requests: 0, setAside: 0, keys: 0 };
      for (const { answered, atCeiling = 0, leftOut = 0 } of traffic.values()) {
        sum.answered += answered;
        sum.setAside += atCeiling + leftOut;
      }
      for (const { guards, keys } of cohorts.values())
        for (const track of ['stable', 'candidate'] as const) {
          sum.requests += guards.errors![track].started;
          sum.keys += keys?.errors?.[track].started ?? 0;
        }
      return sum;
    },
    async logged() {
      const where = path.join(directory, 'logs', ENVIRONMENT);
      const names = await readdir(where).catch(() => [] as string[]);
      const texts = await Promise.all(names.map((name) => readFile(path.join(where, name), 'utf8')));
      return texts
        .join('')
        .split('\n')
        .filter(Boolean)
        .map((line) => String((JSON.parse(line) as { id?: unknown }).id));
    },
    called: () => upstream.requests,
    startLoad: () =>
      startHandoverLoad({
        port,
        path: '/services/spam/infer',
        body: BODY,
        streamBody: CHUNK.repeat(CHUNKS),
      }),
    push(next) {
      table = next;
      gateways.gateways.push(next);
    },
    recorded: async () => JSON.parse(await readFile(path.join(directory, 'gateways', 'edge.json'), 'utf8')),
    async restartControlPlane(changed = settings) {
      if (renewing !== null) clearInterval(renewing);
      await gateways.leave();
      await openPlane(changed);
    },
    async close() {
      if (renewing !== null) clearInterval(renewing);
      await gateways.stop();
      await upstream.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

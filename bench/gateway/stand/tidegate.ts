import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GATEWAY_NODE_OPTIONS } from '../../../src/adapters/gateways/gateway-node-options.ts';
import { openLinkGateways } from '../../../src/adapters/gateways/link-gateways.ts';
import type { Limits } from '../../../src/core/limits/limits.ts';
import type { RouteTable, ServiceRoute, TrackRoute } from '../../../src/core/routing/table.ts';
import type { GatewayConfig } from '../../../src/gateway/gateway-config.ts';
import { OPEN_INFERENCE, type Target } from './proxies.ts';
import { CORES, freePort, type Stand } from './stand.ts';

export interface TidegateSpec {
  readonly transport: 'standard' | 'raw';
  readonly upstream: string;
  /** Default: 1. All share the port. */
  readonly processes?: number;
  /** Default: the proxies' core. */
  readonly cores?: string;
  readonly service?: Partial<ServiceRoute>;
}

/** The compiled gateway, as the package brings it. */
const MAIN = fileURLToPath(new URL('../../../dist/gateway/main.js', import.meta.url));

/** Far more than the load asks for: every request is counted against them, and none is refused. */
const LIMITS: Limits = {
  total: { rates: { requests: { perSecond: 1_000_000, burst: 1_000_000 } }, inFlight: 10_000 },
  services: {},
  keys: { rates: { requests: { perSecond: 1_000_000, burst: 1_000_000 } }, inFlight: null },
  tiers: [],
  queue: { waiting: 1_000, waitMs: 1_000 },
};

/** A gateway with everything on: key, sticky assignment 95/5, three guards, limits, telemetry and the log. */
export async function startTidegate(stand: Stand, spec: TidegateSpec): Promise<Target> {
  if (!existsSync(MAIN)) throw new Error('dist/ is not there: npm run build:dist');
  const { transport, processes = 1, cores = CORES.proxy } = spec;
  const name = processes === 1 ? `tidegate ${transport}` : `tidegate ${transport} x${processes}`;
  const directory = path.join(stand.directory, name.replaceAll(' ', '-'));
  await mkdir(directory);
  const port = await freePort();
  const link = await openLinkGateways({ socketPath: path.join(directory, 'control.sock') });
  stand.onClose(() => link.close());
  let ready = 0;
  const allReady = new Promise<void>((resolve) => {
    link.listen({
      applied: () => {
        ready += 1;
        if (ready === processes) resolve();
      },
      frame: (_, boot, { seq }) => link.stored(boot, seq),
    });
  });
  link.push(table(spec));
  let pid = 0;
  for (let process_ = 0; process_ < processes; process_ += 1) {
    const config: GatewayConfig = {
      name: `bench-${process_}`,
      environment: 'bench',
      host: '127.0.0.1',
      port,
      processes,
      process: process_,
      controlSocket: link.socketPath,
      stateDir: directory,
      logDir: path.join(directory, 'logs'),
      transport,
    };
    const file = path.join(directory, `gateway-${process_}.json`);
    await writeFile(file, JSON.stringify(config));
    pid = stand.start(cores, process.execPath, [...GATEWAY_NODE_OPTIONS, MAIN, file]).pid!;
  }
  await allReady;
  return { name, port, pid, path: OPEN_INFERENCE, headers: { authorization: 'Bearer bench-key' } };
}

function table({ upstream, service }: TidegateSpec): RouteTable {
  const track = (digit: string, releaseVersion: string): TrackRoute => ({
    release: `sha256:${digit.repeat(64)}`,
    releaseVersion,
    upstreams: [upstream],
  });
  const guards = ['errors', 'slow', 'feedback'].map((guard) => ({ name: guard, marginShare: 0.02 }));
  return {
    version: 1,
    environment: 'bench',
    generation: { epoch: 1, seq: 1, cut: 0 },
    apiKeys: {
      required: true,
      keys: [{ id: 'bench', sha256: createHash('sha256').update('bench-key').digest('hex') }],
    },
    limits: LIMITS,
    services: {
      bench: {
        service: 'bench',
        protocol: 'open-inference',
        repeatable: true,
        sticky: { by: 'header', name: 'x-user-id' },
        timeouts: { connectMs: 1_000, firstByteMs: 10_000, totalMs: 60_000, idleMs: 30_000 },
        stable: track('a', '1.0.0'),
        candidate: {
          ...track('b', '1.1.0'),
          rollout: 'bench',
          stage: 0,
          salt: 'bench',
          share: 0.05,
          mirrorShare: 0,
          leaseMs: 600_000,
          rescue: true,
          readings: { guards, slowMs: 500, feedbackWithinMs: 5_000 },
          tripWireAlpha: 0.0001,
          compare: null,
        },
        ...service,
      },
    },
  };
}

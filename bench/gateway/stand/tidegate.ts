import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gatewayEnvironment } from '../../../src/adapters/gateways/gateway-environment.ts';
import { GATEWAY_NODE_OPTIONS } from '../../../src/adapters/gateways/gateway-node-options.ts';
import { openLinkGateways } from '../../../src/adapters/gateways/link-gateways.ts';
import type { Limits } from '../../../src/core/limits/limits.ts';
import type { ServiceRoute } from '../../../src/core/routing/table.ts';
import type { GatewayConfig } from '../../../src/gateway/gateway-config.ts';
import { benchTable } from './bench-table.ts';
import { OPEN_INFERENCE, type Target } from './proxies.ts';
import { CORES, freePort, type Stand } from './stand.ts';

export interface TidegateSpec {
  readonly transport: 'standard' | 'raw';
  readonly upstream: string;
  /** Default: from transport and processes. */
  readonly name?: string;
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
  const name =
    spec.name ?? (processes === 1 ? `tidegate ${transport}` : `tidegate ${transport} x${processes}`);
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
  const { upstream, service } = spec;
  link.push(benchTable({ name: 'bench', upstream, limits: LIMITS, ...(service && { service }) }));
  const pids: number[] = [];
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
    const { pid: started } = stand.start(cores, process.execPath, [...GATEWAY_NODE_OPTIONS, MAIN, file], {
      env: gatewayEnvironment(process.env),
    });
    pids.push(started!);
  }
  await allReady;
  const [pid, ...otherPids] = pids as [number, ...number[]];
  return { name, port, pid, otherPids, path: OPEN_INFERENCE, headers: { authorization: 'Bearer bench-key' } };
}

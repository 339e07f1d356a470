import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adminTokenFile, openAdminToken } from './adapters/files/admin-token.ts';
import { openFileBlobs } from './adapters/files/blobs.ts';
import { openMetricsToken } from './adapters/files/metrics-token.ts';
import { requireFreePort, requireFreePorts } from './adapters/gateways/free-port.ts';
import { openGateways } from './adapters/gateways/open-gateways.ts';
import { listen as listenAt, type Securing } from './adapters/http/listen.ts';
import { openProcessRuntime } from './adapters/process/open-process-runtime.ts';
import { prepareStateDirectory } from './adapters/process/prepare-state-directory.ts';
import { secretsFrom } from './adapters/process/resolve-secret.ts';
import { stateWriteError } from './adapters/process/state-write-error.ts';
import { systemClock } from './adapters/process/system-clock.ts';
import { systemIds } from './adapters/process/system-ids.ts';
import { openPrometheus } from './adapters/prometheus/open-prometheus.ts';
import { lockDirectory } from './adapters/sqlite/directory-lock.ts';
import { openLedgerSigner } from './adapters/sqlite/ledger-signer.ts';
import { openSqliteEvidenceStore } from './adapters/sqlite/sqlite-evidence-store.ts';
import { openSqliteLedger } from './adapters/sqlite/sqlite-ledger.ts';
import { openLocalWork } from './adapters/work/local-work.ts';
import { createApi } from './api/create-api.ts';
import { checkCertificates } from './check-certificates.ts';

import { loadServer } from './config/load-server.ts';
import type { ListenAddress, PrometheusConfig } from './config/server-config.ts';
import { configuredEnvironments, origin } from './configured-environments.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import { isTidegateError } from './errors.ts';
import { isLoopbackHost } from './gateway/http/is-loopback-host.ts';
import { openTlsCertificates, type TlsCertificates } from './gateway/http/tls-certificates.ts';
import { openTlsDoor } from './gateway/http/tls-door.ts';
import { withOtherPort } from './other-port.ts';
import { packageVersion } from './package-version.ts';
import type { Metrics } from './ports/metrics.ts';
import { signRelease } from './registry/sign.ts';
import { openSigningKey } from './registry/signing-key.ts';
import { settledAll } from './settled-all.ts';
import { type OperatorLog, openOperatorLog } from './telemetry/operator-log.ts';

export interface ControlPlaneOptions {
  /** Where everything is kept; made when absent. */
  readonly stateDir: string;
  /** tidegate.server.yaml; null takes the defaults. */
  readonly configFile: string | null;
  /** Instead of the configuration's. */
  readonly listen?: ListenAddress;
}

export interface ControlPlane {
  readonly engine: Engine;
  /** Origin of API and page. */
  readonly address: string;
  readonly gateways: readonly { readonly environment: string; readonly address: string }[];
  readonly tokenFile: string;
  readonly notes: readonly string[];
  readonly logFile: string;
  /** Reads the certificates of the control plane and of all gateways anew, now. */
  reload(): Promise<void>;
  /** Stops everything: control plane, gateways (they answer what is in flight first) and replicas. */
  stop(): Promise<void>;
  /** Stops the control plane alone; gateways and replicas go on serving and the next control plane takes them over. */
  leave(): Promise<void>;
}

/** The one place where adapters are chosen and wired. @throws TidegateError what stands in the way, in one sentence. */
export const openControlPlane = async (options: ControlPlaneOptions): Promise<ControlPlane> => {
  const stateDir = resolve(options.stateDir);
  const server = loadServer(options.configFile).config;
  const undo: (() => void | Promise<void>)[] = [];
  try {
    // Where there is a state already, its gateways may still be running, and are taken over.
    if (!existsSync(stateDir))
      await requireFreePorts([
        options.listen ?? server.control.listen,
        ...server.environments.map(({ gateway }) => gateway),
      ]);
    await prepareStateDirectory(stateDir, { passable }).catch((error: unknown) => {
      throw stateWriteError(error, stateDir);
    });
    const unlock = lockDirectory(stateDir);
    undo.push(unlock);
    return await wire(stateDir, server, options, undo);
  } catch (error) {
    for (const step of undo.reverse()) await Promise.resolve(step()).catch(() => undefined);
    throw isTidegateError(error, 'port-in-use')
      ? withOtherPort(error, server, options.configFile !== null)
      : error;
  }
};

/** What replicas, which run as other users, may pass through. */
const passable = ['releases'];

const wire = async (
  stateDir: string,
  server: ReturnType<typeof loadServer>['config'],
  options: ControlPlaneOptions,
  undo: (() => void | Promise<void>)[],
): Promise<ControlPlane> => {
  const logDir = join(stateDir, 'logs');
  const keyDir = join(stateDir, 'keys');
  const releases = join(stateDir, 'releases');
  await mkdir(keyDir, { recursive: true, mode: 0o700 });
  await mkdir(releases, { recursive: true, mode: 0o711 });
  const startedAtMs = systemClock.nowMs();
  const logFile = join(logDir, 'control-plane.log');
  const log: OperatorLog = openOperatorLog(logFile);
  const failed = (error: unknown): void =>
    log.error({ err: error }, 'something failed that nobody waits for');

  const listen = options.listen ?? server.control.listen;
  // Before anything runs that would have to be stopped again.
  await requireFreePort(listen.host, listen.port);

  /** Whatever opens is closed again when its neighbour does not open. */
  const opened = async <T>(opening: Promise<T>, close: (one: T) => void | Promise<void>): Promise<T> => {
    const one = await opening;
    undo.push(() => close(one));
    return one;
  };
  const certificateNotes = await checkCertificates(server, systemClock.nowMs());
  const certificates =
    server.control.tls === undefined
      ? null
      : await opened(
          openTlsCertificates({
            pairs: server.control.tls,
            nowMs: systemClock.nowMs,
            onNews: (what, about) => log.info(about, what),
            onTrouble: (what, about) => log.error(about, what),
          }),
          (one) => one.close(),
        );
  const signer = await openLedgerSigner({ file: join(keyDir, 'ledger.pem'), name: 'tidegate' });
  const [token, metricsToken, signingKey, blobs, evidenceStore, runtime, ledger] = await settledAll([
    openAdminToken(stateDir),
    openMetricsToken(stateDir),
    openSigningKey(join(keyDir, 'release.pem')),
    openFileBlobs(join(stateDir, 'store')),
    opened(openSqliteEvidenceStore({ directory: join(stateDir, 'telemetry') }), (one) => one.close()),
    opened(openProcessRuntime({ stateDir, passable }), (one) => one.close()),
    opened(openSqliteLedger({ directory: join(stateDir, 'ledger'), signer }), (one) => one.close()),
  ]);
  // Last, for gateways outlive a control plane that does not come up.
  const gatewayPlane = await opened(
    openGateways({
      stateDir,
      logDir,
      gateways: server.environments.map(
        ({ name, gateway, gatewayProcesses, upstreamsAllowed, identity, telemetry, tls, transport }) => ({
          name,
          environment: name,
          ...gateway,
          processes: gatewayProcesses,
          version: packageVersion(),
          upstreamsAllowed: [...upstreamsAllowed],
          ...(identity && { identity }),
          ...(telemetry && { telemetry }),
          ...(tls && { tls: [...tls] }),
          ...(transport && { transport }),
        }),
      ),
      environment: process.env,
      onTrouble: (what, about) => log.warn(about, what),
    }),
    (one) => one.leave(),
  );

  const work = openLocalWork({
    blobs,
    root: releases,
    evaluations: join(stateDir, 'evaluations'),
    onLog: (text) => log.debug({ text }, 'install'),
  });
  const environments = configuredEnvironments(server);
  const engine = createEngine(
    {
      ledger,
      evidenceStore,
      usageStore: evidenceStore,
      gateways: gatewayPlane.gateways,
      runtime,
      work,
      ...(server.prometheus === null ? {} : { metrics: prometheusOf(server.prometheus) }),
      clock: systemClock,
      ids: systemIds,
      failed,
    },
    environments,
  );
  await engine.start();
  undo.push(() => engine.stop());

  const isLoopbackOnly = isLoopbackHost(listen.host);
  const reload = async (): Promise<void> => {
    gatewayPlane.reload();
    await certificates?.reload();
  };
  let address = origin(listen, certificates !== null);
  const app = createApi({
    engine,
    ledger,
    blobs,
    runtime,
    gateways: gatewayPlane.gateways,
    clock: systemClock,
    tokens: [{ name: 'admin', token }],
    metricsToken,
    logDir,
    sign: (manifest) => signRelease(manifest, signingKey),
    variables: process.env,
    serverInfo: async () => ({
      version: packageVersion(),
      nodeVersion: process.version,
      pid: process.pid,
      startedAtMs,
      control: address,
      stateDirectory: stateDir,
      log: logFile,
      isolation: { ...runtime.isolation, notes: [...runtime.isolation.notes] },
      disk: await diskSpace(stateDir),
      ...(certificates && { certificates: certificates.states() }),
    }),
    reload,
    restartGateways: gatewayPlane.restart,
    isLoopbackOnly,
    pageDirectory: pageDirectory(),
    failed,
  });
  const api = await listenAt(app, listen, certificates && securing(certificates));
  address = api.address;
  undo.push(() => api.close());
  await gatewayPlane.connected();
  log.info({ address: api.address }, 'the control plane is ready');

  const stopControl = async (): Promise<void> => {
    await api.close();
    certificates?.close();
    await engine.stop();
  };
  const closeStores = async (): Promise<void> => {
    await runtime.close();
    await evidenceStore.close();
    await ledger.close();
    undo[0]?.();
  };
  return {
    engine,
    address: api.address,
    gateways: environments.map(({ name, gateway }) => ({ environment: name, address: gateway })),
    tokenFile: adminTokenFile(stateDir),
    notes: [...certificateNotes, ...runtime.isolation.notes],
    logFile,
    reload,
    async stop() {
      await stopControl();
      await gatewayPlane.stop();
      for (const { id } of await runtime.list()) await runtime.remove(id);
      await closeStores();
    },
    async leave() {
      await stopControl();
      await gatewayPlane.leave();
      await closeStores();
    },
  };
};

/** The control plane has few clients, so few may be in their handshake. */
const securing = (certificates: TlsCertificates): Securing => ({
  options: certificates.options,
  prepare(server) {
    certificates.follow(server);
    return openTlsDoor(server, { atMost: 200, withinMs: 10_000 });
  },
});

const prometheusOf = ({ address, token, timeoutMs }: PrometheusConfig): Metrics =>
  openPrometheus({
    address,
    timeoutMs,
    // Looked up at each question: a file may be replaced while this process runs.
    token: token === null ? null : () => secretsFrom(process.env)(token),
  });

const diskSpace = async (directory: string): Promise<{ freeBytes: number; totalBytes: number } | null> => {
  const stats = await statfs(directory).catch(() => null);
  return stats === null
    ? null
    : { freeBytes: stats.bavail * stats.bsize, totalBytes: stats.blocks * stats.bsize };
};

/** The built page: in the package beside this file, in a checkout in `dist/web`. */
const pageDirectory = (): string | null => {
  const here = dirname(fileURLToPath(import.meta.url));
  return (
    [join(here, 'web'), join(here, '..', 'dist', 'web')].find((path) =>
      existsSync(join(path, 'index.html')),
    ) ?? null
  );
};

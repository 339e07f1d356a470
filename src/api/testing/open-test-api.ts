import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemoryGateways } from '../../adapters/gateways/memory-gateways.ts';
import { openMemoryBlobs } from '../../adapters/memory/blobs.ts';
import { openMemoryEvidenceStore } from '../../adapters/memory/memory-evidence-store.ts';
import { openMemoryLedger } from '../../adapters/memory/memory-ledger.ts';
import { openMemoryUsageStore } from '../../adapters/memory/memory-usage-store.ts';
import { openMemoryRuntime } from '../../adapters/memory/runtime.ts';
import { systemClock } from '../../adapters/process/system-clock.ts';
import { systemIds } from '../../adapters/process/system-ids.ts';
import { createClient } from '../../client/client.ts';
import { loadPolicy } from '../../config/load-policy.ts';
import { loadServer } from '../../config/load-server.ts';
import type { EvaluationResult } from '../../core/evaluation/requirement.ts';
import { createEngine } from '../../engine/engine.ts';
import type { Environment } from '../../engine/environments.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StoredTraffic } from '../../ports/evidence-store.ts';
import type { ApiPorts } from '../api-ports.ts';
import { createApi } from '../create-api.ts';

export const testToken = 'test-token-0123456789abcdef';
export const testMetricsToken = 'test-metrics-token-0123456789';

export interface TestApiOptions {
  /** People needed in production. Default 0. */
  readonly approvals?: number;
  /** What the evaluation gate of production finds; absent: there is none. */
  readonly evaluation?: EvaluationResult['verdict'];
  readonly maxBlobBytes?: number;
  readonly restartGateways?: ApiPorts['restartGateways'];
  readonly isLoopbackOnly?: boolean;
  /** What an earlier control plane has stored. */
  readonly traffic?: readonly StoredTraffic[];
}

/**
 * A whole control plane on the in-memory adapters that ship, called in-process. Environments `staging` (all at once) and
 * `production` (canary of 5 %, 50 %), without shortest times.
 */
export const openTestApi = async (options: TestApiOptions = {}) => {
  const logDir = await mkdtemp(join(tmpdir(), 'tidegate-api-'));
  const ledger = openMemoryLedger();
  const blobs = openMemoryBlobs();
  const gateways = openMemoryGateways();
  const runtime = openMemoryRuntime();
  const evidenceStore = openMemoryEvidenceStore();
  await evidenceStore.saveTraffic(options.traffic ?? []);
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
  const failures: unknown[] = [];
  const failed = (error: unknown): void => void failures.push(error);
  const engine = createEngine(
    {
      ledger,
      evidenceStore,
      usageStore: openMemoryUsageStore(),
      gateways,
      runtime,
      clock,
      ids: systemIds,
      failed,
      work: {
        prepare: async () => ({ directory: '/' }),
        evaluate: async () => evaluationResult(options.evaluation ?? 'pass'),
        command: async () => ({ exitCode: 0, output: '' }),
        probe: async () => true,
        fingerprint: async () => null,
      },
    },
    environments(options),
  );
  await engine.start();
  gateways.connect('staging', 'boot-staging');
  gateways.connect('production', 'boot-production');
  const ports: ApiPorts = {
    engine,
    ledger,
    blobs,
    runtime,
    gateways,
    clock,
    tokens: [{ name: 'admin', token: testToken }],
    metricsToken: testMetricsToken,
    logDir,
    sign: null,
    serverInfo: () => ({
      version: '0.0.0-test',
      nodeVersion: process.version,
      pid: process.pid,
      startedAtMs: 0,
      control: 'http://127.0.0.1',
      stateDirectory: logDir,
      log: null,
      isolation: { processes: 'none', memory: 'none', cpu: 'none', notes: [] },
      disk: null,
    }),
    isLoopbackOnly: options.isLoopbackOnly ?? true,
    pageDirectory: null,
    ...(options.maxBlobBytes === undefined ? {} : { maxBlobBytes: options.maxBlobBytes }),
    ...(options.restartGateways && { restartGateways: options.restartGateways }),
    failed,
  };
  const app = createApi(ports);
  /** `fetch` that goes straight into the app. */
  const inProcess: typeof fetch = async (input, init) => app.request(input as string | URL, init);
  const authorized = (path: string, init: RequestInit = {}): Promise<Response> =>
    inProcess(`http://127.0.0.1/api/v1${path}`, {
      ...init,
      headers: { authorization: `Bearer ${testToken}`, ...(init.headers as Record<string, string>) },
    });
  return {
    app,
    engine,
    ledger,
    blobs,
    gateways,
    runtime,
    logDir,
    failures,
    /** The clock jumps; timers wait as long as before. */
    passTime(durationMs: number): void {
      aheadMs += durationMs;
    },
    fetch: inProcess,
    call: authorized,
    post: (path: string, json: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      authorized(path, {
        method: 'POST',
        body: JSON.stringify(json),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    client: createClient({
      server: 'http://127.0.0.1',
      token: testToken,
      actor: 'jane',
      fetch: inProcess,
    }),
    async close(): Promise<void> {
      await engine.stop();
      await rm(logDir, { recursive: true, force: true });
    },
  };
};

export type TestApi = Awaited<ReturnType<typeof openTestApi>>;

const environments = ({ approvals = 0, evaluation }: TestApiOptions): Environment[] => {
  const defaults = loadServer(null).config;
  const policy = loadPolicy(null).config;
  const quick = { ...policy, minimumMs: 0 };
  const strict = {
    ...quick,
    approvals,
    evaluation: {
      ...policy.evaluation,
      require: evaluation === undefined ? [] : [{ metric: 'accuracy' as const, min: 0.9 }],
    },
  };
  return defaults.environments.map(({ name, strategy, promote }) => ({
    name,
    gateway: 'http://127.0.0.1:1',
    apiKeyRequired: false,
    strategy,
    promote,
    policy: () => ({ policy: name === 'production' ? strict : quick, digest: 'sha256:test' }),
  }));
};

const evaluationResult = (verdict: EvaluationResult['verdict']): EvaluationResult => ({
  verdict,
  golden: 'golden',
  cases: 400,
  errors: 0,
  metrics: [],
  requirements: [
    {
      requirement: { metric: 'accuracy', min: 0.9 },
      verdict,
      estimate: 0.5,
      low: 0.45,
      high: 0.55,
      moreCases: null,
      detail: 'accuracy 50 %, at least 90 % is required',
    },
  ],
  comparedWith: null,
  notes: [],
});

import type { Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { serve } from '@hono/node-server';
import { type MemoryGateways, openMemoryGateways } from '../../src/adapters/gateways/memory-gateways.ts';
import { openMemoryBlobs } from '../../src/adapters/memory/blobs.ts';
import { openMemoryEvidenceStore } from '../../src/adapters/memory/memory-evidence-store.ts';
import { openMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts';
import { openMemoryRuntime } from '../../src/adapters/memory/runtime.ts';
import { systemClock } from '../../src/adapters/process/system-clock.ts';
import { createApi } from '../../src/api/create-api.ts';
import type { Policy } from '../../src/core/rollout/policy.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { Environment } from '../../src/engine/environments.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { evaluateAnswers } from './evaluate-answers.ts';

export const token = 'the-token-of-the-test';

export interface ControlPlane {
  readonly engine: Engine;
  readonly gateways: MemoryGateways;
  readonly address: string;
  readonly failures: readonly unknown[];
  /** Answers nobody any more until `listen` is called again; the engine goes on. */
  hangUp(): Promise<void>;
  listen(): Promise<void>;
  stop(): Promise<void>;
}

/** A whole control plane over in-memory adapters that serves the page at a port of its own on the loopback. */
export const startControlPlane = async (
  pageDirectory: string,
  more: { readonly metrics?: Metrics; readonly staging?: Partial<Policy> } = {},
): Promise<ControlPlane> => {
  const failures: unknown[] = [];
  const failed = (error: unknown): void => void failures.push(error);
  const ledger = openMemoryLedger();
  const gateways = openMemoryGateways();
  const runtime = openMemoryRuntime();
  let ids = 0;
  const engine = createEngine(
    {
      ledger,
      evidenceStore: openMemoryEvidenceStore(),
      gateways,
      runtime,
      work: {
        prepare: async () => ({ directory: '/sealed' }),
        evaluate: async (order) => evaluateAnswers(order),
        command: async () => ({ exitCode: 0, output: 'all well' }),
        probe: async () => true,
        fingerprint: async () => null,
      },
      ...(more.metrics !== undefined && { metrics: more.metrics }),
      clock: systemClock,
      ids: { next: (prefix) => `${prefix}_${++ids}`, secret: () => `salt-${++ids}` },
      failed,
    },
    environments(more.staging),
  );
  const api = createApi({
    engine,
    ledger,
    blobs: openMemoryBlobs(),
    runtime,
    gateways,
    clock: systemClock,
    tokens: [{ name: 'admin', token }],
    logDir: '/nowhere',
    sign: null,
    serverInfo: () => {
      throw new Error('the page does not ask for it');
    },
    isLoopbackOnly: true,
    pageDirectory,
    failed,
  });
  const port = await freePort();
  let server: Server | null = null;
  const hangUp = async (): Promise<void> => {
    const open = server;
    server = null;
    if (open === null) return;
    const closed = new Promise((resolve) => open.close(resolve));
    open.closeAllConnections();
    await closed;
  };
  const listen = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server = serve({ fetch: api.fetch, hostname: '127.0.0.1', port }, () => resolve()) as Server;
    });
  };
  await listen();
  await engine.start();
  return {
    engine,
    gateways,
    address: `http://127.0.0.1:${port}`,
    failures,
    hangUp,
    listen,
    async stop() {
      await engine.stop();
      await hangUp();
    },
  };
};

const policy: Policy & { whenRunning: 'supersede' } = {
  evaluation: {
    require: [
      { metric: 'accuracy', min: 0.95 },
      { metric: 'f1', notWorseBy: 0.05 },
      { metric: 'latency_p95_ms', max: 80 },
    ],
    inconclusive: 'fail',
    confidence: 0.95,
  },
  guards: [
    { name: 'errors', marginShare: 0.02, boundShare: null },
    { name: 'slow', marginShare: 0.02, boundShare: null },
    { name: 'feedback', marginShare: 0.02, boundShare: null },
    { name: 'disagree', marginShare: 0, boundShare: 0.05 },
  ],
  alpha: { rollback: 0.001, advance: 0.05 },
  approvals: 0,
  hold: { durationMs: 3_600_000, holdbackShare: 0.01 },
  minimumMs: 0,
  timeoutMs: 3_600_000,
  leaseMs: 120_000,
  strategies: null,
  whenRunning: 'supersede',
};

const environment = (name: string, port: number, more: Partial<Policy>, promote: 'manual' | 'automatic') =>
  ({
    name,
    gateway: `http://127.0.0.1:${port}`,
    apiKeyRequired: false,
    strategy: {
      type: 'canary',
      steps: [0.1, 0.5, 1],
      mirrorShare: name === 'production' ? 1 : null,
      minimumMs: null,
      timeoutMs: null,
      holdMs: name === 'production' ? null : 0,
      holdbackShare: null,
    },
    promote,
    policy: () => ({ policy: { ...policy, ...more }, digest: 'sha256:policy' }),
  }) satisfies Environment;

const environments = (staging: Partial<Policy> = {}): readonly Environment[] => [
  environment('staging', 7080, staging, 'manual'),
  environment('production', 7090, { approvals: 1 }, 'manual'),
];

const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

import type { Digest } from '../../core/digest.ts';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import type { ReleaseSetup, ServiceSetup } from './scenario.ts';

const digest = (character: string): Digest => `sha256:${character.repeat(64)}`;

/** What is sealed for a release of a simulated service. */
export const simulatedManifest = (service: ServiceSetup, release: ReleaseSetup): ReleaseManifest => ({
  schema: 'tidegate.release/v1',
  service: service.name,
  version: release.version,
  protocol: 'http',
  components: [{ name: 'code', path: '.', digest: digest('c'), files: 1, bytes: 1 }],
  serving: {
    kind: 'process',
    command: `serve ${release.version}`,
    install: null,
    replicas: service.replicas,
    env: {},
    secrets: {},
    ready: { path: '/', timeoutMs: 5_000 },
    stopGraceMs: 100,
    limits: { memoryBytes: null, cpus: null },
    interpreter: null,
    platform: { os: 'linux', arch: 'x64' },
  },
  traffic: {
    sticky: service.sticky ? { by: 'header', name: 'x-user' } : null,
    repeatable: true,
    timeouts: { connectMs: 100, firstByteMs: 500, totalMs: 1_000, idleMs: 500 },
    compare: null,
    slowMs: 150,
    feedbackWithinMs: 600,
  },
  evaluation: {
    golden: { digest: digest('a'), cases: 10 },
    request: { method: 'POST', path: '/', body: {} },
    answer: '/label',
    positive: null,
    concurrency: 1,
    timeoutMs: 1_000,
  },
  overlays: {},
  lineage: { gitCommit: null, gitDirty: false, declared: {} },
});

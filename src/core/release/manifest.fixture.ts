import type { ReleaseManifest, RunSpec } from './manifest.ts';

/** A valid manifest for tests, with nothing in it; `changes` replace members as they are. */
export const exampleManifest = (changes: Partial<ReleaseManifest> = {}): ReleaseManifest => ({
  schema: 'tidegate.release/v1',
  service: 'example',
  version: '1.0.0',
  protocol: 'http',
  components: [],
  serving: exampleRun(),
  traffic: {
    sticky: null,
    repeatable: false,
    timeouts: { connectMs: 1_000, firstByteMs: 10_000, totalMs: 60_000, idleMs: 30_000 },
    compare: null,
    slowMs: null,
    feedbackWithinMs: 10_000,
  },
  evaluation: null,
  overlays: {},
  lineage: { gitCommit: null, gitDirty: false, declared: {} },
  ...changes,
});

export const exampleRun = (changes: Partial<RunSpec> = {}): RunSpec => ({
  kind: 'process',
  command: 'sh run.sh',
  install: null,
  replicas: 1,
  env: {},
  secrets: {},
  ready: { path: '/', timeoutMs: 5_000 },
  stopGraceMs: 1_000,
  limits: { memoryBytes: null, cpus: null },
  interpreter: null,
  platform: { os: process.platform, arch: process.arch },
  ...changes,
});

import { canonicalize } from '../../core/ledger/canonical.ts';
import { fileTree } from '../../core/release/file-tree.ts';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import { digestOf } from '../../core/release/seal.ts';
import type { Blobs } from '../../ports/blobs.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A small valid release whose only code is `text`, with its bytes stored (or not, when `blobs` is null). */
export const sealTestRelease = async (
  blobs: Blobs | null,
  version: string,
  text: string,
): Promise<ReleaseManifest> => {
  const bytes = encode(text);
  const golden = encode('{"id":"1"}\n');
  const tree = canonicalize(
    fileTree([{ path: 'main.js', digest: digestOf(bytes), bytes: bytes.length, executable: false }]),
  );
  for (const blob of [bytes, golden, tree]) await blobs?.put(blob);
  return {
    schema: 'tidegate.release/v1',
    service: 'demo',
    version,
    protocol: 'http',
    components: [{ name: 'code', path: '.', digest: digestOf(tree), files: 1, bytes: bytes.length }],
    serving: {
      kind: 'process',
      command: 'node main.js',
      install: null,
      replicas: 1,
      env: {},
      secrets: {},
      ready: { path: '/health', timeoutMs: 1_000 },
      stopGraceMs: 0,
      limits: { memoryBytes: null, cpus: null },
      interpreter: null,
      platform: { os: 'linux', arch: 'x64' },
    },
    traffic: {
      sticky: null,
      repeatable: true,
      timeouts: { connectMs: 1_000, firstByteMs: 1_000, totalMs: 1_000, idleMs: 1_000 },
      compare: null,
      slowMs: 100,
      feedbackWithinMs: 1_000,
    },
    evaluation: {
      golden: { digest: digestOf(golden), cases: 1 },
      request: { method: 'GET', path: '/', body: null },
      answer: '/label',
      positive: null,
      concurrency: 1,
      timeoutMs: 1_000,
    },
    overlays: {},
    lineage: { gitCommit: null, gitDirty: false, declared: {} },
  };
};

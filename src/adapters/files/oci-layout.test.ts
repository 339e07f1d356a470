import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canonicalize } from '../../core/ledger/canonical.ts';
import { exampleManifest } from '../../core/release/manifest.fixture.ts';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import { digestOf, manifestDigest } from '../../core/release/seal.ts';
import { type FileBlobs, openFileBlobs } from './blobs.ts';

let directory: string;
let blobs: FileBlobs;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-oci-'));
  blobs = await openFileBlobs(directory);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A release with a model of one file and a golden set, all bytes stored. */
const store = async (version: string, contents: string): Promise<ReleaseManifest> => {
  const file = await blobs.put(Buffer.from(contents));
  const tree = canonicalize({
    schema: 'tidegate.tree/v1',
    files: [{ path: 'w.bin', digest: file.digest, bytes: file.bytes, executable: false }],
  });
  const { digest } = await blobs.put(tree);
  const golden = await blobs.put(Buffer.from('{}\n'));
  return exampleManifest({
    version,
    components: [{ name: 'model', path: 'model', digest, files: 1, bytes: file.bytes }],
    evaluation: {
      golden: { digest: golden.digest, cases: 1 },
      request: { method: 'POST', path: '/', body: null },
      answer: '',
      positive: null,
      concurrency: 1,
      timeoutMs: 1,
    },
    lineage: { gitCommit: 'a'.repeat(40), gitDirty: false, declared: {} },
  });
};

/** Reads a blob as another tool would: by descriptor, checking size and digest. */
const fetchBlob = async (descriptor: { digest: string; size: number }): Promise<Buffer> => {
  const bytes = await readFile(join(directory, 'blobs', ...descriptor.digest.split(':')));
  expect(bytes.length).toBe(descriptor.size);
  expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(descriptor.digest);
  return bytes;
};
const readIndex = async () => JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'));

test('a release can be read to the last byte from index.json on', async () => {
  const manifest = await store('1.2.0+build.7', 'weights');
  expect(await blobs.recordRelease(manifest)).toBe(manifestDigest(manifest));
  const index = await readIndex();
  expect(index.manifests).toHaveLength(1);
  expect(index.manifests[0]).toMatchObject({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: 'application/vnd.tidegate.release.v1+json',
    annotations: { 'org.opencontainers.image.ref.name': 'example-1.2.0_build.7' },
  });
  const artifact = JSON.parse((await fetchBlob(index.manifests[0])).toString());
  expect(artifact).toMatchObject({
    schemaVersion: 2,
    artifactType: 'application/vnd.tidegate.release.v1+json',
    config: { mediaType: 'application/vnd.tidegate.release.v1+json', digest: manifestDigest(manifest) },
    annotations: {
      'org.opencontainers.image.title': 'example',
      'org.opencontainers.image.version': '1.2.0+build.7',
      'org.opencontainers.image.revision': 'a'.repeat(40),
    },
  });
  expect(JSON.parse((await fetchBlob(artifact.config)).toString())).toEqual(manifest);
  const titles: Record<string, string> = {};
  for (const layer of artifact.layers) {
    titles[layer.annotations['org.opencontainers.image.title']] = (await fetchBlob(layer)).toString();
  }
  expect(Object.keys(titles).sort()).toEqual(['golden.jsonl', 'model.tree.json', 'model/w.bin']);
  expect(titles['model/w.bin']).toBe('weights');
});

test('many at once and again are each there once, also after a restart', async () => {
  const manifests = await Promise.all(['1.0.0', '1.0.1', '2.0.0'].map((version) => store(version, version)));
  await Promise.all([...manifests, ...manifests].map((manifest) => blobs.recordRelease(manifest)));
  blobs = await openFileBlobs(directory);
  await blobs.recordRelease(manifests[1]!);
  const names = (await readIndex()).manifests.map(
    (each: { annotations: object }) => Object.values(each.annotations)[0],
  );
  expect(names.sort()).toEqual(['example-1.0.0', 'example-1.0.1', 'example-2.0.0']);
});

test('a release whose bytes are not all here is not recorded', async () => {
  const manifest = await store('1.0.0', 'weights');
  await rm(join(directory, 'blobs/sha256', digestOf(Buffer.from('weights')).slice(7)));
  await expect(blobs.recordRelease(manifest)).rejects.toMatchObject({
    code: 'blob-missing',
    message: expect.stringContaining('model/w.bin'),
  });
  await writeFile(join(directory, 'blobs/sha256', manifest.components[0]!.digest.slice(7)), '{}');
  await expect(blobs.recordRelease(manifest)).rejects.toMatchObject({ code: 'blob-corrupt' });
  expect((await readIndex()).manifests).toEqual([]);
});

test('a release without components has the layer the specification asks for', async () => {
  const manifest = exampleManifest();
  await blobs.recordRelease(manifest);
  const [entry] = (await readIndex()).manifests;
  const artifact = JSON.parse((await fetchBlob(entry)).toString());
  expect(artifact.layers).toEqual([
    { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(Buffer.from('{}')), size: 2 },
  ]);
});

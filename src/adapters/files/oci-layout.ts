import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../core/digest.ts';
import { canonicalize } from '../../core/ledger/canonical.ts';
import { pathInRelease } from '../../core/release/file-tree.ts';
import type { FileTree, ReleaseManifest } from '../../core/release/manifest.ts';
import { digestOf, manifestDigest } from '../../core/release/seal.ts';
import { TidegateError } from '../../errors.ts';
import type { Blobs } from '../../ports/blobs.ts';
import { replaceFile } from './durable-file.ts';

/** Media types of a release seen as an OCI artifact (image-spec 1.1, "Guidelines for Artifact Usage"). */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  release: 'application/vnd.tidegate.release.v1+json',
  tree: 'application/vnd.tidegate.tree.v1+json',
  golden: 'application/vnd.tidegate.golden.v1+jsonl',
  file: 'application/octet-stream',
} as const;

/** Registries accept manifests of at least 4 MiB; a list of more files than this could be larger. */
const mostFileLayers = 5_000;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

/** Writes `oci-layout` and an empty `index.json` where they are not yet. */
export const initialiseLayout = async (directory: string): Promise<void> => {
  const layout = { imageLayoutVersion: '1.0.0' };
  await writeIfAbsent(join(directory, 'oci-layout'), layout);
  const index: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] };
  await writeIfAbsent(join(directory, 'index.json'), index);
};

const writeIfAbsent = async (path: string, value: unknown): Promise<void> => {
  try {
    await readFile(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    await replaceFile(path, canonicalize(value));
  }
};

// One writer of an index at a time; the control plane's lock on its state directory keeps other processes away.
const writers = new Map<string, Promise<unknown>>();

/** Stores the manifest of a release and its OCI artifact manifest, then names the latter in `index.json`. */
export const recordInLayout = (
  directory: string,
  blobs: Blobs,
  manifest: ReleaseManifest,
): Promise<Digest> => {
  const before = writers.get(directory) ?? Promise.resolve();
  const mine = before.catch(() => {}).then(() => record(directory, blobs, manifest));
  writers.set(directory, mine);
  return mine.finally(() => {
    if (writers.get(directory) === mine) writers.delete(directory);
  });
};

const record = async (directory: string, blobs: Blobs, manifest: ReleaseManifest): Promise<Digest> => {
  const layers = await layersOf(blobs, manifest);
  for (const layer of layers) {
    if (!(await blobs.has(layer.digest))) {
      throw new TidegateError(
        'blob-missing',
        `${titleOf(layer)} of ${manifest.service} ${manifest.version} is not here.`,
      );
    }
  }
  const release = canonicalize(manifest);
  const config = await blobs.put(release, manifestDigest(manifest));
  const artifact = canonicalize({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: mediaTypes.release,
    config: { mediaType: mediaTypes.release, digest: config.digest, size: config.bytes },
    layers: layers.length > 0 ? layers : [await emptyLayer(blobs)],
    annotations: {
      'org.opencontainers.image.title': manifest.service,
      'org.opencontainers.image.version': manifest.version,
      ...(manifest.lineage.gitCommit === null
        ? {}
        : { 'org.opencontainers.image.revision': manifest.lineage.gitCommit }),
    },
  });
  const stored = await blobs.put(artifact);
  await enter(directory, {
    mediaType: mediaTypes.manifest,
    digest: stored.digest,
    size: stored.bytes,
    artifactType: mediaTypes.release,
    // A plus sign is legal in a version and not in a tag; underscore is what others put in its place.
    annotations: {
      'org.opencontainers.image.ref.name': `${manifest.service}-${manifest.version}`.replaceAll('+', '_'),
    },
  });
  return config.digest;
};

/** File lists, golden set and, unless there are too many, every file: so that a tool that copies the artifact copies all of it. */
const layersOf = async (blobs: Blobs, manifest: ReleaseManifest): Promise<readonly Descriptor[]> => {
  const trees: Descriptor[] = [];
  const files: Descriptor[] = [];
  for (const component of manifest.components) {
    const bytes = await blobs.read(component.digest);
    const tree = JSON.parse(new TextDecoder().decode(bytes)) as FileTree;
    trees.push(layer(mediaTypes.tree, component.digest, bytes.length, `${component.name}.tree.json`));
    for (const file of tree.files) {
      files.push(layer(mediaTypes.file, file.digest, file.bytes, pathInRelease(component, file.path)));
    }
  }
  if (manifest.evaluation !== null) {
    const { digest } = manifest.evaluation.golden;
    trees.push(layer(mediaTypes.golden, digest, await sizeOf(blobs, digest), 'golden.jsonl'));
  }
  if (manifest.evaluation?.file !== undefined) {
    const { digest } = manifest.evaluation.file;
    const bytes = await blobs.read(digest);
    const tree = JSON.parse(new TextDecoder().decode(bytes)) as FileTree;
    trees.push(layer(mediaTypes.tree, digest, bytes.length, 'evaluation.tree.json'));
    for (const file of tree.files)
      files.push(layer(mediaTypes.file, file.digest, file.bytes, `evaluation/${file.path}`));
  }
  return files.length <= mostFileLayers ? [...trees, ...files] : trees;
};

const sizeOf = async (blobs: Blobs, digest: Digest): Promise<number> => {
  let size = 0;
  for await (const chunk of blobs.open(digest)) size += chunk.length;
  return size;
};

const layer = (mediaType: string, digest: Digest, size: number, title: string): Descriptor => ({
  mediaType,
  digest,
  size,
  annotations: { 'org.opencontainers.image.title': title },
});

const titleOf = (descriptor: Descriptor): string =>
  descriptor.annotations?.['org.opencontainers.image.title'] ?? 'A file';

/** The specification's stand-in for artifacts that are their config alone: two bytes, `{}`. */
const emptyLayer = async (blobs: Blobs): Promise<Descriptor> => {
  const bytes = new TextEncoder().encode('{}');
  await blobs.put(bytes);
  return { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(bytes), size: bytes.length };
};

const enter = async (directory: string, descriptor: Descriptor): Promise<void> => {
  const path = join(directory, 'index.json');
  const index = JSON.parse(await readFile(path, 'utf8')) as ImageIndex;
  if (index.manifests.some((each) => each.digest === descriptor.digest)) return;
  await replaceFile(path, canonicalize({ ...index, manifests: [...index.manifests, descriptor] }));
};

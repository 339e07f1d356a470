import type { Digest } from '../core/digest.ts';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import type { Blobs } from '../ports/blobs.ts';
import { manifestLimits, parseTree } from '../registry/manifest-schema.ts';

const lookUpsAtOnce = 16;

/**
 * Digests of everything a manifest names, file lists and files, that is not stored here.
 * @throws `release-invalid` when a file list is none
 */
export const missingBlobs = async (
  blobs: Blobs,
  { components, evaluation }: ReleaseManifest,
): Promise<readonly Digest[]> => {
  const wanted = new Set<Digest>(evaluation === null ? [] : [evaluation.golden.digest]);
  const missing: Digest[] = [];
  const trees = components.map(({ digest }) => digest);
  if (evaluation?.file !== undefined) trees.push(evaluation.file.digest);
  for (const digest of trees) {
    if (!(await blobs.has(digest))) {
      missing.push(digest);
      continue;
    }
    const tree = parseTree(await blobs.read(digest, manifestLimits.treeBytes));
    for (const file of tree.files) wanted.add(file.digest);
  }
  const waiting = [...wanted];
  const look = async (): Promise<void> => {
    for (let digest = waiting.pop(); digest !== undefined; digest = waiting.pop()) {
      if (!(await blobs.has(digest))) missing.push(digest);
    }
  };
  await Promise.all(Array.from({ length: lookUpsAtOnce }, look));
  return missing;
};

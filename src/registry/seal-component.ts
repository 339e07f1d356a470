import { canonicalize } from '../core/ledger/canonical.ts';
import { fileTree, type TreeFile } from '../core/release/file-tree.ts';
import type { Component, ComponentKind } from '../core/release/manifest.ts';
import { pathListProblem } from '../core/release/release-path.ts';
import type { Collected } from './collect.ts';
import { manifestLimits } from './manifest-schema.ts';
import { sealError } from './seal-error.ts';
import { type SealTarget, sealBytes, sealFile } from './seal-file.ts';
import { secretIn } from './secret-scan.ts';

/** Files in flight at once: enough to hide a round trip each, few enough for a small machine. */
const filesAtOnce = 8;

export interface ComponentToSeal {
  readonly name: ComponentKind;
  readonly collected: Collected;
  readonly target: SealTarget;
  /** Seal although a file looks like a secret. */
  readonly allowsSecretLike: boolean;
  readonly onProgress: (bytes: number) => void;
}

/** Hashes the files of a component, sends those that are missing, and its file list. @throws `seal-failed` */
export const sealComponent = async (order: ComponentToSeal): Promise<Component> => {
  const { name, collected, target } = order;
  const problem = pathListProblem(collected.files.map((file) => file.path));
  if (problem !== null) throw sealError(`The files of ${name} cannot stand in one release: ${problem}.`);
  const inspects = name !== 'model' && name !== 'index' && !order.allowsSecretLike;
  const files: TreeFile[] = [];
  const waiting = [...collected.files].reverse();
  const work = async (): Promise<void> => {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      const { path, executable } = file;
      const sealed = await sealFile(file.source, target, (contents) => {
        const secret = inspects ? secretIn(path, contents) : null;
        if (secret !== null) throw secretError(name, path, secret);
      });
      files.push({ path, digest: sealed.digest, bytes: sealed.bytes, executable });
      order.onProgress(sealed.bytes);
    }
  };
  try {
    await Promise.all(Array.from({ length: filesAtOnce }, work));
  } finally {
    waiting.length = 0;
  }
  const list = canonicalize(fileTree(files));
  if (list.length > manifestLimits.treeBytes)
    throw sealError(`The names of the files of ${name} alone are too much for a release.`);
  const { digest } = await sealBytes(list, target);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { name, path: collected.path, digest, files: files.length, bytes };
};

const secretError = (component: string, path: string, secret: string) =>
  sealError(
    `${path} in ${component} looks like ${secret}; a release is stored for good and readable by whoever runs it.`,
    {
      data: { path, component, secretLike: secret },
      todo: 'Take it out and pass it by reference (run.secrets), or seal it all the same with --allow-secret-like.',
    },
  );

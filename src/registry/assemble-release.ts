import { chmod, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalText } from '../core/ledger/canonical.ts';
import { pathInRelease, type TreeFile } from '../core/release/file-tree.ts';
import type { Component, FileTree, ReleaseManifest, RunSpec } from '../core/release/manifest.ts';
import { pathListProblem } from '../core/release/release-path.ts';
import { digestOf } from '../core/release/seal.ts';
import { TidegateError } from '../errors.ts';
import type { Blobs } from '../ports/blobs.ts';
import { forgetInstall, type Installed, type InstallOrder, installOnce } from './install-once.ts';
import { differenceTo, type ListedEntry, type Listing, sorted } from './listing.ts';
import { manifestLimits, parseTree } from './manifest-schema.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { placeListing, writeFiles } from './place-files.ts';
import { removeTree } from './remove-tree.ts';

export interface Assembly {
  readonly manifest: ReleaseManifest;
  readonly serving: RunSpec;
  readonly blobs: Blobs;
  readonly root: string;
  /** Where to put the release together; what is there goes. */
  readonly directory: string;
  readonly sharesFiles: boolean;
  readonly install: Pick<InstallOrder, 'interpreter' | 'user' | 'timeoutMs' | 'hostEnv' | 'signal'>;
  readonly onLog: (text: string) => void;
}

/** A component with its files, their paths as in the release's directory. */
export interface Piece {
  readonly component: Component;
  readonly tree: FileTree;
  readonly files: readonly TreeFile[];
}

/**
 * The file lists of all components, checked one by one and together.
 * @throws `release-invalid`, `blob-missing`, `blob-corrupt`
 */
export const readPieces = async ({ manifest, blobs }: Assembly): Promise<readonly Piece[]> => {
  const pieces: Piece[] = [];
  for (const component of manifest.components) {
    const tree = parseTree(await blobs.read(component.digest, manifestLimits.treeBytes));
    const bytes = tree.files.reduce((sum, file) => sum + file.bytes, 0);
    if (tree.files.length !== component.files || bytes !== component.bytes) {
      throw new TidegateError(
        'release-invalid',
        `The file list of ${component.name} is not the one that was sealed.`,
      );
    }
    const files = tree.files.map((file) => ({ ...file, path: pathInRelease(component, file.path) }));
    pieces.push({ component, tree, files });
  }
  const problem = pathListProblem(pieces.flatMap((piece) => piece.files.map((file) => file.path)));
  if (problem !== null) {
    throw new TidegateError('release-invalid', `The components cannot stand in one directory: ${problem}.`);
  }
  return pieces;
};

/** Puts a release together; null when something kept from former ones turned out damaged, and is forgotten now. */
export const assembleRelease = async (
  assembly: Assembly,
  pieces: readonly Piece[],
): Promise<Listing | null> => {
  const { directory, serving, sharesFiles, blobs } = assembly;
  await removeTree(directory);
  await mkdir(directory);
  await chmod(directory, 0o755);
  const entries: ListedEntry[] = [];
  const keptComponents: string[] = [];
  let installed: Installed | null = null;
  for (const piece of pieces) {
    if (piece.component.name === 'code' && serving.install !== null) {
      installed = await installCode(assembly, piece, serving.install);
      refuseOverlap(installed.listing, pieces, piece);
      await placeListing(installed.directory, directory, installed.listing, sharesFiles);
      entries.push(...installed.listing);
      continue;
    }
    const files = listed(piece.files);
    if (sharesFiles) {
      const kept = await keepComponent(assembly, piece);
      keptComponents.push(kept);
      await placeListing(kept, directory, files, true);
    } else {
      await writeFiles(directory, piece.files, blobs);
    }
    entries.push(...files);
  }
  const listing = sorted(entries).map(withoutTime);
  if (installed === null && keptComponents.length === 0) return listing;
  // It was right when it was kept; since then a disk may have failed, or somebody may have been there.
  const difference = await differenceTo(directory, listing, true);
  if (difference === null) return listing;
  assembly.onLog(`Kept files are damaged (${difference}); they are made anew.\n`);
  for (const kept of keptComponents) await removeTree(kept);
  if (installed !== null) await forgetInstall(installed);
  return null;
};

const listed = (files: readonly TreeFile[]): readonly ListedEntry[] =>
  files.map((file) => ({ kind: 'file', ...file }));

const withoutTime = (entry: ListedEntry): ListedEntry => {
  if (entry.kind === 'link') return entry;
  const { mtimeMs: _mtimeMs, ...rest } = entry;
  return rest;
};

const installCode = ({ manifest, root, blobs, onLog, install }: Assembly, piece: Piece, command: string) =>
  installOnce({
    ...install,
    root,
    service: manifest.service,
    code: { digest: piece.component.digest, tree: piece.tree },
    command,
    blobs,
    onLog,
  });

/** What an install made must not take the place of a component, nor lead it elsewhere through a link. */
const refuseOverlap = (listing: Listing, pieces: readonly Piece[], code: Piece): void => {
  const made = new Set(listing.map((entry) => entry.path));
  const sealed = new Set(
    pieces.filter((piece) => piece !== code).flatMap((piece) => piece.files.map((file) => file.path)),
  );
  const clash =
    [...sealed].find((path) => withDirectories(path).some((each) => made.has(each))) ??
    [...made].find((path) => withDirectories(path).some((each) => sealed.has(each)));
  if (clash !== undefined) {
    throw new TidegateError(
      'install-failed',
      `The install command made something in the place of ${clash}, a component's file.`,
    );
  }
};

const withDirectories = (path: string): readonly string[] =>
  path.split('/').map((_name, index, names) => names.slice(0, index + 1).join('/'));

/** The files of a component under `<root>/components`, written once for all releases that link to them. */
const keepComponent = ({ root, blobs }: Assembly, { component, files }: Piece): Promise<string> => {
  const name = digestOf(new TextEncoder().encode(canonicalText([component.path, component.digest])));
  const home = join(root, 'components');
  const kept = join(home, name.slice('sha256:'.length));
  return oneAtATime(kept, async () => {
    if (await isDirectory(kept)) return kept;
    await mkdir(home, { recursive: true, mode: 0o700 });
    const fresh = join(home, `.new-${name.slice('sha256:'.length)}`);
    await removeTree(fresh);
    await mkdir(fresh);
    try {
      await writeFiles(fresh, files, blobs);
    } catch (error) {
      await removeTree(fresh);
      throw error;
    }
    await rename(fresh, kept);
    return kept;
  });
};

const isDirectory = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
};

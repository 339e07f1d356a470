import { chmod, lstat, mkdir, realpath, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import { manifestDigest } from '../core/release/seal.ts';
import { TidegateError } from '../errors.ts';
import type { Blobs } from '../ports/blobs.ts';
import { type Assembly, assembleRelease, readPieces } from './assemble-release.ts';
import { checkPlatform } from './check-platform.ts';
import { readFinished, removeNote, writeNote } from './completion-note.ts';
import { chooseInstallUser, type SystemUser } from './install-user.ts';
import type { ListedEntry, Listing } from './listing.ts';
import { parseManifest } from './manifest-schema.ts';
import { namedDiskError } from './named-disk-error.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { removeTree } from './remove-tree.ts';

export interface PrepareOrder {
  readonly manifest: ReleaseManifest;
  readonly blobs: Blobs;
  /** Where prepared releases stand. Whoever runs them must be able to pass through the directories above it. */
  readonly root: string;
  /** Hears the output of the install command and what else happens, as text. */
  readonly onLog?: (text: string) => void;
  /**
   * True lets releases share the files of a component or an install by hard links. Only safe when releases run as a user
   * who may not write them. Default: true as root where other users can get at the place, false otherwise.
   */
  readonly sharesFiles?: boolean;
  /** Who runs the install command; null is ourselves. Default: as root a spare user where that is possible. */
  readonly installUser?: SystemUser | null;
  /** Default ten minutes. */
  readonly installTimeoutMs?: number;
  /** Where PATH, proxies, certificates and package indexes come from. Default: the process's environment. */
  readonly hostEnv?: Readonly<Record<string, string | undefined>>;
  /** Ends a running install. */
  readonly signal?: AbortSignal;
}

export interface PreparedRelease {
  /** Absolute; holds the sealed files, read-only, and what the install command added. */
  readonly directory: string;
}

/**
 * Makes a sealed release ready to run, from its bytes alone. Repeating it costs a look at the files; a crash leaves
 * nothing that would be taken for finished; a directory that was changed since is made anew.
 * @throws TidegateError `platform-mismatch`, `install-failed`, `blob-missing`, `blob-corrupt`, `release-invalid`,
 *   `disk-full`, and `bad-request` for an external release
 */
export const prepareRelease = async (order: PrepareOrder): Promise<PreparedRelease> => {
  const manifest = parseManifest(order.manifest);
  const { serving } = manifest;
  if (serving.kind !== 'process') {
    throw new TidegateError(
      'bad-request',
      `${manifest.service} ${manifest.version} is run by somebody else.`,
    );
  }
  const hostEnv = order.hostEnv ?? process.env;
  const onLog = order.onLog ?? (() => {});
  const interpreter = await checkPlatform(serving, hostEnv.PATH ?? '', onLog);
  await mkdir(order.root, { recursive: true });
  const root = await realpath(order.root);
  await chmod(root, 0o711);
  const hex = manifestDigest(manifest).slice('sha256:'.length);
  const directory = join(root, hex);
  const assembly: Assembly = {
    manifest,
    serving,
    blobs: order.blobs,
    root,
    directory: join(root, `.new-${hex}`),
    sharesFiles: order.sharesFiles ?? (await chooseInstallUser(root)) !== null,
    install: {
      interpreter,
      user: order.installUser,
      timeoutMs: order.installTimeoutMs ?? 600_000,
      hostEnv,
      signal: order.signal,
    },
    onLog,
  };
  await oneAtATime(directory, async () => {
    const finished = await readFinished(directory, (detail) =>
      onLog(`The prepared release has changed (${detail}).\n`),
    );
    if (finished === null) await build(assembly, directory);
  }).catch((error: unknown) => {
    throw namedDiskError(error);
  });
  return { directory };
};

const build = async (assembly: Assembly, directory: string): Promise<void> => {
  const fresh = assembly.directory;
  try {
    const pieces = await readPieces(assembly);
    // The second time nothing is left of what the first found damaged.
    const listing = (await assembleRelease(assembly, pieces)) ?? (await assembleRelease(assembly, pieces));
    if (listing === null) {
      throw new TidegateError('blob-corrupt', 'What was written to the disk twice is not what was sealed.');
    }
    await removeNote(directory);
    await removeTree(directory);
    await rename(fresh, directory);
    await writeNote(directory, await withTimes(directory, listing));
  } catch (error) {
    await removeTree(fresh);
    throw error;
  }
};

const withTimes = async (directory: string, listing: Listing): Promise<Listing> => {
  const timed: ListedEntry[] = [];
  for (const entry of listing) {
    timed.push(
      entry.kind === 'link'
        ? entry
        : { ...entry, mtimeMs: (await lstat(join(directory, entry.path))).mtimeMs },
    );
  }
  return timed;
};

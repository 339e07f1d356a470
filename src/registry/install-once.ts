import { chmod, chown, copyFile, lchown, lstat, mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '../core/digest.ts';
import { canonicalize } from '../core/ledger/canonical.ts';
import type { FileTree } from '../core/release/manifest.ts';
import { digestOf } from '../core/release/seal.ts';
import { TidegateError } from '../errors.ts';
import type { Blobs } from '../ports/blobs.ts';
import { readFinished, removeNote, writeNote } from './completion-note.ts';
import { installEnvironment } from './install-environment.ts';
import { chooseInstallUser, type SystemUser } from './install-user.ts';
import { type Listing, listDirectory } from './listing.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { sealedMode, writeFiles } from './place-files.ts';
import { removeTree } from './remove-tree.ts';
import { killMarked, runInstall } from './run-install.ts';

export interface InstallOrder {
  readonly root: string;
  readonly service: string;
  readonly code: { readonly digest: Digest; readonly tree: FileTree };
  readonly command: string;
  /** Name and version of what will run the code, here and now. */
  readonly interpreter: string | null;
  readonly blobs: Blobs;
  /** Undefined chooses; null is ourselves. */
  readonly user: SystemUser | null | undefined;
  readonly timeoutMs: number;
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  readonly onLog: (text: string) => void;
  readonly signal: AbortSignal | undefined;
}

export interface Installed {
  readonly directory: string;
  readonly listing: Listing;
}

/**
 * The code of a release with what its install command made of it, read-only. The command runs once for the same code,
 * command, platform and interpreter; it runs in the place where the result stays, because virtual environments and others
 * write their own path into their files.
 * @throws `install-failed` with `data.log` (path) and the last lines; `blob-missing`, `blob-corrupt`, `disk-full`
 */
export const installOnce = (order: InstallOrder): Promise<Installed> => {
  const key = digestOf(
    canonicalize({
      code: order.code.digest,
      install: order.command,
      platform: `${process.platform}-${process.arch}`,
      interpreter: order.interpreter,
    }),
  ).slice('sha256:'.length);
  const directory = join(order.root, 'installs', key);
  return oneAtATime(directory, async () => {
    const finished = await readFinished(directory, (detail) =>
      order.onLog(`The installed files have changed (${detail}); installing again.\n`),
    );
    return { directory, listing: finished ?? (await installAfresh(order, directory)) };
  });
};

/** Makes the next `installOnce` run the command again. */
export const forgetInstall = (installed: Installed): Promise<void> => removeNote(installed.directory);

const installAfresh = async (order: InstallOrder, directory: string): Promise<Listing> => {
  await removeNote(directory);
  await killMarked(directory);
  await removeTree(directory);
  const places = await makePlaces(order, directory);
  const user = order.user === undefined ? await chooseInstallUser(dirname(directory)) : order.user;
  if (user === null && process.getuid?.() === 0) {
    order.onLog('The install command runs as root: the directory it works in is closed to other users.\n');
  }
  const env = installEnvironment(order.hostEnv, { ...places, marker: directory });
  const logFile = `${directory}.log`;
  try {
    await writeFiles(directory, order.code.tree.files, order.blobs);
    for (const { path, executable } of order.code.tree.files)
      await chmod(join(directory, path), executable ? 0o755 : 0o644);
    if (user !== null) for (const place of [directory, places.home, places.cache]) await giveTo(user, place);
    const outcome = await runInstall({ ...order, directory, env, user, logFile });
    if (!outcome.ok) {
      throw new TidegateError(
        'install-failed',
        `The install command \`${order.command}\` ${outcome.reason}.`,
        {
          data: { log: logFile, lastLines: outcome.lastLines },
        },
      );
    }
    await takeOver(directory, user);
    const listing = await listDirectory(directory).catch((cause: unknown) => {
      throw notUsable(cause instanceof Error ? cause.message : String(cause), cause);
    });
    noteChanges(order, listing);
    await writeNote(directory, listing);
    return listing;
  } catch (error) {
    await removeTree(directory);
    throw error;
  } finally {
    await removeTree(places.home);
  }
};

const makePlaces = async (
  { root, service }: InstallOrder,
  directory: string,
): Promise<{ home: string; cache: string }> => {
  const home = join(root, 'scratch', directory.slice(-64));
  const cache = join(root, 'caches', service);
  await removeTree(home);
  for (const each of ['installs', 'scratch', 'caches']) {
    await mkdir(join(root, each), { recursive: true });
    await chmod(join(root, each), 0o711);
  }
  await mkdir(directory, { recursive: true });
  for (const each of [cache, home, join(home, 'tmp')]) {
    await mkdir(each, { recursive: true });
    await chmod(each, 0o700);
  }
  return { home, cache };
};

const giveTo = async (user: SystemUser, place: string): Promise<void> => {
  await lchown(place, user.uid, user.gid);
  if (!(await lstat(place)).isDirectory()) return;
  for (const name of await readdir(place)) await giveTo(user, join(place, name));
};

/** Makes everything ours and read-only, from the top down, so that whoever made it cannot get at it any more. */
const takeOver = async (place: string, maker: SystemUser | null): Promise<void> => {
  const stats = await lstat(place);
  // A hard link to somebody else's file, say the machine's passwords, would be opened to all below.
  if (maker !== null && stats.uid !== maker.uid) throw notUsable(`${place} belongs to another user`);
  const ours = { uid: process.getuid?.() ?? stats.uid, gid: process.getgid?.() ?? stats.gid };
  if (stats.isSymbolicLink()) return lchown(place, ours.uid, ours.gid);
  if (stats.isDirectory()) {
    await chown(place, ours.uid, ours.gid);
    await chmod(place, 0o755);
    for (const name of await readdir(place)) await takeOver(join(place, name), maker);
    return;
  }
  if (!stats.isFile()) throw notUsable(`${place} is neither a file nor a directory`);
  if (stats.nlink > 1) {
    // Shared with a package cache that later installs write to.
    await copyFile(place, `${place}.tidegate`);
    await rename(`${place}.tidegate`, place);
  }
  await chown(place, ours.uid, ours.gid);
  await chmod(place, sealedMode((stats.mode & 0o100) !== 0));
};

const noteChanges = (order: InstallOrder, listing: Listing): void => {
  const now = new Map(listing.map((entry) => [entry.path, entry.kind === 'file' ? entry.digest : null]));
  const changed = order.code.tree.files.filter((file) => now.get(file.path) !== file.digest);
  if (changed.length > 0) {
    order.onLog(`The install command changed ${changed.length} sealed files, ${changed[0]!.path} for one.\n`);
  }
};

const notUsable = (detail: string, cause?: unknown) =>
  new TidegateError('install-failed', `What the install command left cannot be used: ${detail}.`, { cause });

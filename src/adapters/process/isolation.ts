import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Account, AccountRange } from './accounts.ts';
import { coversForClosedDirectories } from './closed-directories.ts';
import { type Cover, mountScript } from './mount-script.ts';
import { type StateLayout, scratchDirectory } from './state-layout.ts';
import { findTool, systemPath } from './system-tool.ts';

/** How replicas are kept away from what is Tidegate's. */
export type IsolationKind =
  /** Each workload has a user of its own: file permissions and process ownership hold it. Needs root. */
  | 'own-user'
  /** A user and mount namespace in which the state directory is covered. Needs no root; the user stays the same. */
  | 'namespace'
  | 'none';

export interface Isolation {
  readonly kind: IsolationKind;
  /** Why nothing better: one sentence for the operator, null for `own-user`. */
  readonly reason: string | null;
}

/** What one replica needs to be started apart. */
export interface IsolatedStart {
  readonly argv: readonly string[];
  /** Set where the kernel's own switch of user at the start is all there is. */
  readonly spawnAs: Account | null;
}

export interface IsolationSubject {
  readonly account: Account | null;
  readonly directory: string;
  readonly scratch: string;
  readonly command: string;
  /** The PATH it will have. */
  readonly path: string;
}

const setprivAll = ['--no-new-privs', '--inh-caps=-all'];

/**
 * The program and arguments that run `argv` with only `subject`'s directory and scratch, or nothing more than before
 * where the machine offers no means. Tools are named by full path and run in our environment, never in the release's.
 */
export function isolate(
  kind: IsolationKind,
  layout: StateLayout,
  subject: IsolationSubject,
  argv: readonly string[],
): IsolatedStart {
  const { account } = subject;
  const setpriv = findTool('setpriv');
  if (kind === 'own-user') {
    if (account === null) throw new Error('A replica without an account would run as root');
    if (setpriv === null) return { argv, spawnAs: account };
    const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
    const asAccount = [setpriv, ...identity, ...setprivAll, ...argv];
    const covers = coversForClosedDirectories(neededPaths(layout, subject), undefined);
    return {
      argv: covers.length === 0 ? asAccount : underCovers([], covers, layout, asAccount),
      spawnAs: null,
    };
  }
  if (kind === 'namespace' && setpriv !== null) {
    const keep = [
      ...(subject.directory.startsWith(`${layout.stateDir}/`)
        ? [{ path: subject.directory, isReadOnly: true }]
        : []),
      { path: subject.scratch, isReadOnly: false },
    ];
    const self = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
    const powerless = [setpriv, ...setprivAll, '--ambient-caps=-all', '--bounding-set=-all', ...argv];
    return {
      argv: underCovers(
        ['--user', ...self, '--keep-caps'],
        [{ over: layout.stateDir, keep }],
        layout,
        powerless,
      ),
      spawnAs: null,
    };
  }
  return { argv, spawnAs: null };
}

function underCovers(
  namespaces: readonly string[],
  covers: readonly Cover[],
  layout: StateLayout,
  argv: readonly string[],
): string[] {
  const script = `set -e\numask 022\n${mountScript(covers, layout.staging)}\nexec "$@"`;
  return [
    findTool('unshare') ?? 'unshare',
    ...namespaces,
    '--mount',
    '--propagation=private',
    '/bin/sh',
    '-c',
    script,
    'tidegate',
    ...argv,
  ];
}

/** Everything the replica's user must be able to reach: its own places, and the programs its command may mean. */
function neededPaths(layout: StateLayout, subject: IsolationSubject): string[] {
  const named = [...subject.command.matchAll(/(?:^|[\s='"])(\/[^\s'";|&<>()]+)/g)].map(
    (match) => match[1] ?? '',
  );
  return [layout.scratch, subject.directory, ...subject.path.split(delimiter), ...named].filter((path) =>
    path.startsWith('/'),
  );
}

/**
 * The best isolation that demonstrably works here: each kind is tried by a process that must not be able to read a
 * private file of the state directory and must be able to write to its scratch.
 */
export async function chooseIsolation(
  layout: StateLayout,
  range: AccountRange,
  path: string,
): Promise<Isolation> {
  const isRoot = process.getuid?.() === 0;
  const ownUser = isRoot
    ? await tryIsolation('own-user', layout, range, path)
    : 'Tidegate does not run as root';
  if (ownUser === null) return { kind: 'own-user', reason: null };
  const namespace = await tryIsolation('namespace', layout, range, path);
  if (namespace === null) {
    return {
      kind: 'namespace',
      reason: `Services run as the user of Tidegate, with the state directory covered (no users of their own: ${ownUser}).`,
    };
  }
  return {
    kind: 'none',
    reason: `Services can read what is Tidegate's (no users of their own: ${ownUser}; no namespace: ${namespace}).`,
  };
}

/** Null when it works, otherwise why not. */
async function tryIsolation(
  kind: IsolationKind,
  layout: StateLayout,
  range: AccountRange,
  path: string,
): Promise<string | null> {
  if (
    kind === 'namespace' &&
    (process.platform !== 'linux' || findTool('unshare') === null || findTool('setpriv') === null)
  )
    return 'unshare and setpriv of util-linux are needed';
  const account =
    kind === 'own-user' ? { uid: range.base + range.count, gid: range.base + range.count } : null;
  const trial = join(layout.workloads, '.trial');
  const scratch = scratchDirectory(layout, '.trial', 0);
  try {
    await writeFile(trial, 'private', { mode: 0o600 });
    await makeScratch(scratch, account);
    const command = 'test -r "$1" && exit 91; echo x >"$2/home/x" || exit 92; exit 90';
    const subject = { account, directory: '/', scratch, command: '', path };
    const { argv, spawnAs } = isolate(kind, layout, subject, [
      '/bin/sh',
      '-c',
      command,
      'trial',
      trial,
      scratch,
    ]);
    const [program = '', ...rest] = argv;
    const result = spawnSync(program, rest, {
      env: { PATH: systemPath },
      encoding: 'utf8',
      timeout: 10_000,
      ...(spawnAs ?? {}),
    });
    if (result.status === 90) return null;
    if (result.status === 91) return 'a private file stayed readable';
    return (
      firstLine(result.error?.message ?? result.stderr) ||
      `a trial ended with ${result.status ?? result.signal}`
    );
  } finally {
    await rm(trial, { force: true });
    await rm(join(layout.scratch, '.trial'), { recursive: true, force: true });
  }
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';

/**
 * A replica's own writable `home` and `tmp`. Both lie in a directory that the replica cannot write, so that it cannot put
 * a link in their place and have the next start give it the link's target.
 */
export async function makeScratch(scratch: string, account: Account | null): Promise<void> {
  const above = join(scratch, '..');
  await mkdir(scratch, { recursive: true });
  for (const directory of [above, scratch]) await chmod(directory, account === null ? 0o700 : 0o711);
  for (const directory of [join(scratch, 'home'), join(scratch, 'tmp')]) {
    await mkdir(directory, { recursive: true });
    if (account !== null) await chown(directory, account.uid, account.gid);
    await chmod(directory, 0o700);
  }
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sealError } from './seal-error.ts';
import { isNeverSealed } from './walk-source.ts';

const run = promisify(execFile);

export interface GitState {
  readonly commit: string | null;
  /** True when the working tree differs from the commit, also by untracked files that are not ignored, unless they are never sealed. */
  readonly isDirty: boolean;
}

/**
 * The files git tracks below a directory, as they are named now; null where there is no git, no repository or nothing
 * tracked. Files of submodules count.
 * @throws `seal-failed` when there is a repository that git refuses to read
 */
export const listTrackedFiles = async (directory: string): Promise<readonly string[] | null> => {
  const listing = await git(directory, ['ls-files', '-z', '--cached', '--recurse-submodules']);
  const files = listing?.split('\0').filter((path) => path !== '') ?? [];
  // An unresolved merge lists a path once a side.
  return files.length > 0 ? [...new Set(files)] : null;
};

/** Files that are neither tracked nor ignored: probably forgotten. */
export const listUntrackedFiles = async (directory: string): Promise<readonly string[]> => {
  const listing = await git(directory, ['ls-files', '-z', '--others', '--exclude-standard']);
  return listing?.split('\0').filter((path) => path !== '') ?? [];
};

/** Where the working tree stands; no commit where there is no repository or no commit yet. */
export const readGitState = async (directory: string): Promise<GitState> => {
  const commit = (await git(directory, ['rev-parse', '--verify', '--quiet', 'HEAD']))?.trim() ?? null;
  if (commit === null) return { commit: null, isDirty: false };
  // File by file: a directory that nobody tracks may hold nothing but what is never sealed.
  const changes = await git(directory, ['status', '--porcelain', '-z', '--untracked-files=all', '--', '.']);
  return { commit, isDirty: changes !== null && hasSealable(changes) };
};

/** Each entry is `XY path`, ended by a zero; where a file was renamed, its former path is an entry of its own without `XY `. */
const hasSealable = (changes: string): boolean =>
  changes
    .split('\0')
    .some((entry) => entry !== '' && !(/^\?\? /.test(entry) && isNeverSealed(entry.slice(3))));

/** Output of a git command; null when it has no answer (no git, no repository, no such commit). */
const git = async (directory: string, args: readonly string[]): Promise<string | null> => {
  // Without this, a hook or a CI job that set GIT_DIR would answer for another repository; a monitor hook of the
  // repository's own configuration would run a program.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' };
  try {
    const { stdout } = await run('git', ['-c', 'core.fsmonitor=false', ...args], {
      cwd: directory,
      env,
      maxBuffer: 256 * 1024 * 1024,
      timeout: 60_000,
    });
    return stdout;
  } catch (error) {
    const message = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    if (
      message === '' ||
      message.includes('not a git repository') ||
      message.includes('does not have any commits')
    ) {
      return null;
    }
    throw sealError(`git cannot read this repository: ${message.trim().split('\n')[0]}`, {
      cause: error,
      todo: 'Correct that, or name the files of the release in components.code.files.',
    });
  }
};

import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TidegateError } from '../../errors.ts';

/** `sun_path` holds 108 bytes on Linux and 104 elsewhere, with its final zero. */
const SOCKET_PATH_BYTES_AT_MOST = 103;

/**
 * Where gateways find the control plane of a state directory. A path too long for a socket is replaced by one in a
 * private directory below `temporary`, which is made when it is missing. Throws `state-unwritable` when that directory
 * is not ours alone, or its path is too long as well.
 */
export function controlSocketPath(stateDir: string, temporary = tmpdir()): string {
  const wanted = path.join(path.resolve(stateDir), 'gateways.sock');
  if (fits(wanted)) return wanted;
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const directory = path.join(temporary, `tidegate-${process.getuid?.()}-${digest}`);
  const socketPath = path.join(directory, 'gateways.sock');
  if (!fits(socketPath)) throw unusable(`${socketPath} is too long for a socket`);
  try {
    makePrivate(directory);
  } catch (error) {
    throw unusable(`${directory} cannot be made`, error);
  }
  if (!isOursAlone(directory))
    throw unusable(`${directory} is not a directory that only this user can enter`);
  return socketPath;
}

const fits = (socketPath: string): boolean => Buffer.byteLength(socketPath) <= SOCKET_PATH_BYTES_AT_MOST;

function makePrivate(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Others may write in a temporary directory: what is there under our name may be theirs, or a link to somewhere else. */
function isOursAlone(directory: string): boolean {
  const found = lstatSync(directory);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}

const unusable = (why: string, cause?: unknown): TidegateError =>
  new TidegateError(
    'state-unwritable',
    `The path of the state directory is too long for a socket in it, and ${why}.`,
    { cause, todo: 'Use a state directory with a shorter path.' },
  );

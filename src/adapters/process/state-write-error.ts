import { TidegateError } from '../../errors.ts';

/** The error that tells an operator why state could not be written; anything unexpected stays as it is. */
export function stateWriteError(error: unknown, stateDir: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new TidegateError('disk-full', `There is no space left for the state in ${stateDir}.`, {
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new TidegateError('state-unwritable', `The state directory ${stateDir} cannot be written.`, {
      cause: error,
    });
  }
  return error;
}

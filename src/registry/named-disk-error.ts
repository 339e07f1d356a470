import { TidegateError } from '../errors.ts';

/** `disk-full` for a full disk or quota, any other error as it is. */
export const namedDiskError = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new TidegateError('disk-full', 'There is no space left to prepare the release.', { cause: error })
    : error;
};

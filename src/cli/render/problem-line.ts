import { isTidegateError } from '../../errors.ts';

/** An error for programs, as one line of JSON: `code` is the stable name, `todo` the next step for people. */
export const problemLine = (error: unknown): string =>
  JSON.stringify(
    isTidegateError(error)
      ? {
          code: error.code,
          message: error.message,
          todo: error.todo,
          ...(error.place !== undefined && { place: error.place }),
          ...(error.data !== undefined && { data: error.data }),
        }
      : { code: 'internal', message: error instanceof Error ? error.message : String(error) },
  );

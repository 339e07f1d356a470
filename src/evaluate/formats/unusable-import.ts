import { basename } from 'node:path';
import { TidegateError } from '../../errors.ts';

export interface ImportPlace {
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** The error of a file that cannot be imported. `message` completes a sentence that begins with the file and the line. */
export const unusableImport = (
  file: string,
  message: string,
  { line, column }: ImportPlace = {},
  cause?: unknown,
): TidegateError =>
  new TidegateError(
    'import-unusable',
    `${basename(file)}${line === undefined ? '' : ` line ${line}`} ${message}.`,
    {
      place: { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
      ...(cause === undefined ? {} : { cause }),
    },
  );

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { TidegateError } from '../errors.ts';
import { invalidConfig } from './invalid-config.ts';
import type { Source } from './source.ts';

const MOST_BYTES = 1024 * 1024;

/**
 * Reads a configuration file of at most 1 MiB as UTF-8.
 * @throws TidegateError `config-missing` when there is none, `config-invalid` when it is no text of that size.
 */
export const readConfigFile = (path: string): Source => {
  const absolute = resolve(path);
  const refuse = (message: string): TidegateError =>
    invalidConfig([{ severity: 'error', file: path, line: 1, column: 1, path: '', message }]);
  let bytes: Buffer;
  try {
    // Not blocking, or a named pipe in its place would wait for a writer for ever.
    const file = openSync(absolute, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) throw refuse('it is not a file');
      if (stats.size > MOST_BYTES)
        throw refuse('it is larger than 1 MiB, which no configuration needs to be');
      bytes = readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof TidegateError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new TidegateError('config-missing', `There is no file ${path}.`, {
        cause: error,
        place: { file: path },
        // Only that one is written by `tidegate init`.
        ...(basename(path) === 'tidegate.yaml' ? {} : { todo: 'Check the path, or write the file.' }),
      });
    throw new TidegateError('config-invalid', `${path} cannot be read (${code ?? 'unknown error'}).`, {
      cause: error,
      place: { file: path },
      data: { problems: [] },
    });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path: absolute, directory: dirname(absolute), text };
  } catch {
    throw refuse('it is not UTF-8 text');
  }
};

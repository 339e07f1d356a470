import { type Dirent, globSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { closest } from './closest.ts';
import type { DataPath, Finding } from './read/finding.ts';
import { readFileGlob } from './scalars/file-glob.ts';
import { readInnerPath } from './scalars/inner-path.ts';
import { show } from './scalars/show.ts';

/** Files and folders that tidegate.yaml names and that are not there. `directory` is the one of the file. */
export const checkFiles = (data: unknown, directory: string): Finding[] => {
  const { components, evaluate } = mapOf(data);
  const named = mapOf(evaluate);
  const { code, ...parts } = mapOf(components);
  return [
    ...['golden', 'file'].flatMap((key) => {
      const given = named[key];
      return typeof given === 'string' && /^\s*[^/\s]/.test(given)
        ? file(['evaluate', key], given.trim(), directory)
        : [];
    }),
    ...Object.entries(parts).flatMap(([name, part]) => {
      const given = isMap(part) ? part.path : part;
      const path: DataPath = isMap(part) ? ['components', name, 'path'] : ['components', name];
      const reading = typeof given === 'string' ? readInnerPath(given) : null;
      return reading !== null && 'value' in reading ? existing(path, reading.value, directory) : [];
    }),
    ...globs(mapOf(code).files, directory),
  ];
};

type Data = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapOf = (value: unknown): Data => (isMap(value) ? value : {});

const stats = (path: string): Stats | undefined => {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
};

const file = (path: DataPath, given: string, directory: string): Finding[] => {
  const found = stats(resolve(directory, given));
  if (found === undefined) return [absent(path, given, directory)];
  if (!found.isFile())
    return [{ severity: 'error', path, part: 'value', message: `${show(given)} is not a file` }];
  if (found.size > 0) return [];
  return [{ severity: 'error', path, part: 'value', message: `${show(given)} is empty` }];
};

const existing = (path: DataPath, given: string, directory: string): Finding[] =>
  stats(join(directory, given)) === undefined ? [absent(path, given, directory)] : [];

const absent = (path: DataPath, given: string, directory: string): Finding => {
  const folder = join(directory, given, '..');
  const meant = closest(given.split('/').at(-1)!, siblings(folder));
  const suggestion = meant === undefined ? undefined : [...given.split('/').slice(0, -1), meant].join('/');
  return {
    severity: 'error',
    path,
    part: 'value',
    message: `there is no file or folder ${show(given)}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
};

const siblings = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const globs = (given: unknown, directory: string): Finding[] => {
  if (!Array.isArray(given)) return [];
  return given.flatMap((each: unknown, index): Finding[] => {
    const path: DataPath = ['components', 'code', 'files', index];
    const reading = readFileGlob(each);
    if ('problem' in reading || reading.value.startsWith('!')) return [];
    if (!/[*?[\]{}()]/.test(reading.value)) return existing(path, reading.value, directory);
    if (matches(reading.value, directory)) return [];
    return [{ severity: 'error', path, part: 'value', message: `${show(reading.value)} matches no file` }];
  });
};

/** Dependencies are large, and only a pattern that names them means them. */
const matches = (pattern: string, directory: string): boolean =>
  globSync(pattern, {
    cwd: directory,
    withFileTypes: true,
    exclude: (entry: Dirent) => entry.name === 'node_modules' && !pattern.includes('node_modules'),
  }).some((entry) => !entry.isDirectory());

import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join, posix } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Interpreter {
  readonly name: string;
  readonly version: string;
}

/** How many leading numbers of the version must agree for code, compiled extensions included, to run as it did before. */
const known: Readonly<
  Record<string, { readonly args: readonly string[]; readonly numbersThatMatter: number }>
> = {
  node: { args: ['--version'], numbersThatMatter: 1 },
  deno: { args: ['--version'], numbersThatMatter: 1 },
  bun: { args: ['--version'], numbersThatMatter: 1 },
  python: { args: ['--version'], numbersThatMatter: 2 },
  python3: { args: ['--version'], numbersThatMatter: 2 },
  ruby: { args: ['--version'], numbersThatMatter: 2 },
  perl: { args: ['--version'], numbersThatMatter: 2 },
  php: { args: ['--version'], numbersThatMatter: 2 },
  java: { args: ['-version'], numbersThatMatter: 1 },
  dotnet: { args: ['--version'], numbersThatMatter: 1 },
};

/** Programs that are scripts of an interpreter. */
const runBy: Readonly<Record<string, string>> = {
  ...{ npm: 'node', npx: 'node', yarn: 'node', pnpm: 'node', tsx: 'node' },
  ...{ pip: 'python3', pip3: 'python3', uvicorn: 'python3', gunicorn: 'python3', flask: 'python3' },
};

/**
 * The interpreter that a release depends on: the first word of its command or, when that is no interpreter (a program of
 * a virtual environment, say), of its install command. Null when neither names one that is known here and installed.
 * @param searchPath as in the variable PATH
 */
export const findInterpreter = async (
  command: string,
  install: string | null,
  searchPath: string,
): Promise<Interpreter | null> => {
  for (const each of [command, install ?? '']) {
    const name = interpreterNamed(each);
    if (name === null) continue;
    const version = await interpreterVersion(name, searchPath);
    if (version !== null) return { name, version };
  }
  return null;
};

/** The version of an interpreter as installed here; null when it is not, or does not tell. */
export const interpreterVersion = async (name: string, searchPath: string): Promise<string | null> => {
  const versioned = /^python3\.\d+$/.test(name) ? known.python3 : known[name];
  const program = versioned === undefined ? null : await findOnPath(name, searchPath);
  if (versioned === undefined || program === null) return null;
  try {
    const { stdout, stderr } = await run(program, [...versioned.args], {
      timeout: 20_000,
      env: { PATH: searchPath },
    });
    return /\d+(?:\.\d+)+[^\s",)]*/.exec(`${stdout}\n${stderr}`)?.[0] ?? null;
  } catch {
    return null;
  }
};

/** True when what ran with version `a` also runs with `b`: same language level and binary interface, not the same fixes. */
export const isCompatible = (name: string, a: string, b: string): boolean => {
  const numbers = known[name.replace(/^python3\.\d+$/, 'python3')]?.numbersThatMatter;
  if (numbers === undefined) return a === b;
  const leading = (version: string) => version.split('.').slice(0, numbers).join('.');
  return leading(a) === leading(b);
};

const interpreterNamed = (command: string): string | null => {
  for (const word of command.trim().split(/\s+/)) {
    // `NAME=value`, `exec` and `env` come before the program itself.
    if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(word) || word === 'exec' || word === 'env') continue;
    // A path inside the release is not there yet when the release is sealed.
    if (word.includes('/') && !word.startsWith('/')) return null;
    const name = posix.basename(word);
    const interpreter = runBy[name] ?? name;
    return known[interpreter] !== undefined || /^python3\.\d+$/.test(interpreter) ? interpreter : null;
  }
  return null;
};

const findOnPath = async (name: string, searchPath: string): Promise<string | null> => {
  for (const directory of searchPath.split(delimiter)) {
    if (directory === '') continue;
    const candidate = join(directory, name);
    try {
      await access(candidate, constants.X_OK);
      if ((await stat(candidate)).isFile()) return candidate;
    } catch {}
  }
  return null;
};

import { join } from 'node:path';
import { peek } from './peek.ts';
import type { Program } from './program.ts';

const ENTRIES = [
  'main.py',
  'app.py',
  'server.py',
  'serve.py',
  'api.py',
  'app/main.py',
  'src/main.py',
  'app/app.py',
];

/** Packages go into a folder inside the release: unlike a virtual environment it may be moved. */
const PACKAGES = '.packages';

/** A Python project, or null. `names` are the names in the folder. */
export const detectPython = (directory: string, names: ReadonlySet<string>): Program | null => {
  const others = [...names].filter((name) => name.endsWith('.py')).sort();
  if (!names.has('pyproject.toml') && !names.has('requirements.txt') && others.length === 0) return null;
  const sources = [...new Set([...ENTRIES, ...others])].map((path) => ({
    path,
    source: peek(join(directory, path)),
  }));
  const found = (pattern: RegExp): { path: string; match: RegExpExecArray } | undefined => {
    for (const { path, source } of sources) {
      const match = pattern.exec(source);
      if (match !== null) return { path, match };
    }
    return undefined;
  };
  const install = names.has('requirements.txt')
    ? `python3 -m pip install --target ${PACKAGES} -r requirements.txt`
    : names.has('pyproject.toml')
      ? `python3 -m pip install --target ${PACKAGES} .`
      : null;
  const base: Pick<Program, 'packageName' | 'install' | 'env'> = {
    packageName: /^name\s*=\s*["']([^"']+)["']/m.exec(peek(join(directory, 'pyproject.toml')))?.[1] ?? null,
    install,
    env: install === null ? {} : { PYTHONPATH: PACKAGES },
  };
  const fastapi = found(/^(\w+)\s*(?::[^=\n]+)?=\s*(?:fastapi\.)?FastAPI\(/m);
  if (fastapi !== undefined) {
    const command = `python3 -m uvicorn ${moduleOf(fastapi.path)}:${fastapi.match[1]} --host $HOST --port $PORT`;
    return { ...base, framework: 'FastAPI', entry: fastapi.path, hasEntry: true, command };
  }
  const flask = found(/^(\w+)\s*(?::[^=\n]+)?=\s*(?:flask\.)?Flask\(/m);
  if (flask !== undefined) {
    const command = `python3 -m flask --app ${moduleOf(flask.path)}:${flask.match[1]} run --host $HOST --port $PORT`;
    return { ...base, framework: 'Flask', entry: flask.path, hasEntry: true, command };
  }
  const serving = found(/http\.server|HTTPServer|aiohttp|tornado|socketserver|grpc|uvicorn\.run/);
  const entry = serving?.path ?? sources.find(({ source }) => source !== '')?.path ?? null;
  const command = `python3 ${entry ?? 'server.py'}`;
  return { ...base, framework: 'Python', entry, hasEntry: entry !== null, command };
};

const moduleOf = (path: string): string => path.replace(/\.py$/, '').replaceAll('/', '.');

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { peek } from './peek.ts';
import type { Program } from './program.ts';

const ENTRIES = [
  'server.ts',
  'server.js',
  'server.mjs',
  'index.js',
  'index.mjs',
  'index.ts',
  'app.js',
  'src/server.ts',
  'src/index.js',
  'src/index.ts',
];

/** A Node.js project, or null. `names` are the names in the folder. */
export const detectNode = (directory: string, names: ReadonlySet<string>): Program | null => {
  if (!names.has('package.json')) return null;
  const manifest = readManifest(peek(join(directory, 'package.json')));
  const started = /^node\s+(?:--\S+\s+)*([\w./-]+\.(?:[cm]?[jt]s))\b/.exec(manifest.start ?? '')?.[1];
  const entry = [started, manifest.main, ...ENTRIES].find(
    (path) => path !== undefined && existsSync(join(directory, path)),
  );
  return {
    framework: 'Node.js',
    entry: entry ?? null,
    hasEntry: entry !== undefined || manifest.start !== undefined,
    packageName: manifest.name ?? null,
    install: manifest.hasDependencies ? installCommand(names, manifest.hasBuild) : null,
    // Started directly where possible, so that signals reach the server and not npm.
    command: startCommand(manifest.start, started !== undefined, entry),
    env: {},
  };
};

const startCommand = (start: string | undefined, isDirect: boolean, entry: string | undefined): string => {
  if (start !== undefined) return isDirect ? start : 'npm start --silent';
  return `node ${entry ?? 'server.js'}`;
};

/** What is built needs the development dependencies too. */
const installCommand = (names: ReadonlySet<string>, hasBuild: boolean): string => {
  if (names.has('pnpm-lock.yaml'))
    return hasBuild
      ? 'pnpm install --frozen-lockfile && pnpm run build'
      : 'pnpm install --prod --frozen-lockfile';
  if (names.has('yarn.lock'))
    return hasBuild
      ? 'yarn install --frozen-lockfile && yarn build'
      : 'yarn install --production --frozen-lockfile';
  const install = names.has('package-lock.json') ? 'npm ci' : 'npm install';
  return hasBuild ? `${install} && npm run build` : `${install} --omit=dev`;
};

interface Manifest {
  readonly name?: string;
  readonly main?: string;
  readonly start?: string;
  readonly hasBuild: boolean;
  readonly hasDependencies: boolean;
}

const readManifest = (text: string): Manifest => {
  const nothing: Manifest = { hasBuild: false, hasDependencies: false };
  let manifest: Record<string, unknown>;
  try {
    manifest = mapOf(JSON.parse(text));
  } catch {
    return nothing;
  }
  const { name, main } = manifest;
  const { start, build } = mapOf(manifest.scripts);
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof main === 'string' ? { main } : {}),
    ...(typeof start === 'string' ? { start } : {}),
    hasBuild: typeof build === 'string',
    hasDependencies: Object.keys(mapOf(manifest.dependencies)).length > 0 || typeof build === 'string',
  };
};

const mapOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

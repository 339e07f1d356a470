import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readName } from '../scalars/name.ts';
import { detectNode } from './detect-node.ts';
import { detectPython } from './detect-python.ts';
import { peek } from './peek.ts';
import type { Program } from './program.ts';
import { type Routes, routesIn } from './routes-in.ts';

/** What could be found out about a folder without running anything in it. */
export interface DetectedProject {
  readonly kind: 'python' | 'node' | 'docker' | 'unknown';
  /** A valid service name, from the folder or its package. */
  readonly service: string;
  /** Null for `docker` and `unknown`. */
  readonly program: Program | null;
  readonly routes: Routes;
  /** A Dockerfile stands beside the program. */
  readonly hasDockerfile: boolean;
  /** Folders and files that are components of their own. */
  readonly parts: { readonly model: string | null; readonly prompt: string | null };
  readonly golden: string | null;
}

/** Recognises a Python, Node.js or Docker project by its files. Never throws for a folder that can be read. */
export const detectProject = (directory: string): DetectedProject => {
  const names = new Set(readdirSync(directory));
  const hasDockerfile = names.has('Dockerfile') || names.has('Containerfile');
  const python = detectPython(directory, names);
  const node = detectNode(directory, names);
  // Both: the one that declares itself wins; a lone package.json often only carries tools of a Python project.
  const program = python !== null && (node === null || !node.hasEntry) ? python : node;
  const kind =
    program === null ? (hasDockerfile ? 'docker' : 'unknown') : program === python ? 'python' : 'node';
  const source = program?.entry == null ? '' : peek(join(directory, program.entry));
  return {
    kind,
    service: serviceName(program?.packageName ?? null, directory),
    program,
    routes: routesOf(program, source),
    hasDockerfile,
    parts: {
      model: firstThere(directory, ['model', 'models', 'weights', 'model.onnx']),
      prompt: firstThere(directory, ['prompts', 'prompt', 'prompt.md', 'prompt.txt']),
    },
    golden: firstFile(directory, ['golden.jsonl', 'eval/golden.jsonl', 'evaluation/golden.jsonl']),
  };
};

/** FastAPI answers one path by itself, which will do until there is a real check. */
const routesOf = (program: Program | null, source: string): Routes => {
  const routes = routesIn(source);
  return routes.ready === null && program?.framework === 'FastAPI'
    ? { ...routes, ready: '/openapi.json' }
    : routes;
};

const serviceName = (packageName: string | null, directory: string): string => {
  for (const given of [packageName?.replace(/^@[^/]*\//, ''), basename(resolve(directory))]) {
    if (given === undefined) continue;
    const reading = readName(given);
    const name = 'value' in reading ? reading.value : reading.suggestion;
    if (name !== undefined) return name;
  }
  return 'my-service';
};

const firstThere = (directory: string, candidates: readonly string[]): string | null =>
  candidates.find(
    (candidate) => existsSync(join(directory, candidate)) && !isEmptyFolder(join(directory, candidate)),
  ) ?? null;

const firstFile = (directory: string, candidates: readonly string[]): string | null =>
  candidates.find((candidate) => {
    const stats = statSync(join(directory, candidate), { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size > 0;
  }) ?? null;

const isEmptyFolder = (path: string): boolean =>
  statSync(path).isDirectory() && readdirSync(path).length === 0;

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TidegateError } from '../../../errors.ts';
import type { FoundPackage, OnnxPackages } from './model-messages.ts';

const RUNTIME = 'onnxruntime-node';
const TOKENIZERS = '@huggingface/tokenizers';

/** The folder that was started in, which is the user's project, then our own. Never that of an evaluation file, which may have come with a release. */
const usualPlaces = (): readonly string[] => [process.cwd(), dirname(fileURLToPath(import.meta.url))];

/** Finds the packages that run a model; they are the user's to install. @throws TidegateError `onnx-not-installed` */
export const findOnnxPackages = (places: readonly string[] = usualPlaces()): OnnxPackages => {
  const runtime = findPackage(RUNTIME, places);
  const tokenizers = findPackage(TOKENIZERS, places);
  if (runtime !== null && tokenizers !== null) return { runtime, tokenizers };
  const missing = [...(runtime === null ? [RUNTIME] : []), ...(tokenizers === null ? [TOKENIZERS] : [])];
  throw new TidegateError(
    'onnx-not-installed',
    `A scorer has a model of its own (onnx), for which ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not installed here.`,
    { data: { missing } },
  );
};

const findPackage = (name: string, places: readonly string[]): FoundPackage | null => {
  for (const place of places) {
    try {
      const file = createRequire(join(place, '_')).resolve(name);
      return { file, version: versionOf(name, dirname(file)) };
    } catch {
      // Not there; perhaps in the next place.
    }
  }
  return null;
};

/** Its package.json need not be among what a package exports. */
const versionOf = (name: string, folder: string): string => {
  try {
    const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly name?: unknown;
      readonly version?: unknown;
    };
    if (found.name === name && typeof found.version === 'string') return found.version;
  } catch {
    // No package begins here.
  }
  const above = dirname(folder);
  if (above === folder) throw new RangeError(`${name} has no version`);
  return versionOf(name, above);
};

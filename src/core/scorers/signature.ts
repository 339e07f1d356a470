import type { ScorerEntry } from './scorer-entry.ts';

/**
 * How a score was computed, in one line: the name, every option with its value in the order of the table, the reference that the
 * formula agrees with, and our version of it. Two scores may be compared only when their signatures are the same.
 *
 *     bleu|tokenizer:13a|smoothing:exp|smoothingValue:-|effectiveOrder:no|lowercase:no|maxOrder:4|as:sacrebleu-2.6.0|v:1
 */
export const signatureOf = (
  name: string,
  { options, agreesWith, version }: Pick<ScorerEntry, 'options' | 'agreesWith' | 'version'>,
  values: Readonly<Record<string, unknown>>,
): string =>
  [
    name,
    ...Object.keys(options).map((option) => `${option}:${written(values[option])}`),
    ...(agreesWith === null ? [] : [`as:${agreesWith.replaceAll(' ', '-')}`]),
    `v:${version}`,
  ].join('|');

const written = (value: unknown): string => {
  if (value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? '-' : [...value].sort().map(escaped).join(',');
  return escaped(String(value));
};

/** Nothing inside a value may look like the next part. */
const escaped = (text: string): string => text.replace(/[%|,:\s]/g, encodeURIComponent);

import type { PageCase, PageText } from './page-data.ts';

/** What somebody looks for; empty texts ask for everything. */
export interface CaseQuery {
  readonly words: string;
  /** Key of a flag. */
  readonly flag: string;
  /** A tag by its name. */
  readonly tag: string;
}

/** The places of the cases that fit: every word must occur in the id, input, expected or an answer, whatever its letters' case. */
export const filterCases = (
  cases: readonly PageCase[],
  tags: readonly string[],
  { words, flag, tag }: CaseQuery,
  textOf: (place: number) => string,
): number[] => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const tagPlace = tag === '' ? -1 : tags.indexOf(tag);
  const found: number[] = [];
  for (const [place, one] of cases.entries()) {
    if (flag !== '' && !one.flags.includes(flag)) continue;
    if (tag !== '' && !one.tags.includes(tagPlace)) continue;
    if (wanted.length > 0 && !wanted.every((word) => textOf(place).includes(word))) continue;
    found.push(place);
  }
  return found;
};

/** All that a search looks at, in small letters. */
export const searchedText = (one: PageCase): string =>
  [
    one.id,
    plain(one.input),
    one.expected === null ? '' : plain(one.expected),
    one.metadata,
    ...[...one.candidate, ...one.baseline].map((answer) =>
      'error' in answer ? answer.error : plain(answer.text),
    ),
  ]
    .join('\n')
    .toLowerCase();

const plain = (text: PageText): string => (typeof text === 'string' ? text : text[0]);

/** The query as the part of an address after `#`, and back. */
export const queryToHash = (query: CaseQuery & { readonly open: string }): string => {
  const parts = Object.entries(query).filter(([, value]) => value !== '');
  // Half a character cannot stand in an address.
  return parts.map(([key, value]) => `${key}=${encodeURIComponent(value.toWellFormed())}`).join('&');
};

export const queryFromHash = (hash: string): CaseQuery & { readonly open: string } => {
  const values = new Map<string, string>();
  for (const part of hash.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    if (at > 0) values.set(part.slice(0, at), decoded(part.slice(at + 1)));
  }
  const value = (key: string): string => values.get(key) ?? '';
  return { words: value('words'), flag: value('flag'), tag: value('tag'), open: value('open') };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // Somebody typed a lone %.
    return '';
  }
};

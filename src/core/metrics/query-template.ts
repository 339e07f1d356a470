/** What a query may ask to be told about the rollout. Filled in when the query is sent. */
export interface QueryFacts {
  /** Digest of the candidate. */
  readonly release: string;
  readonly version: string;
  readonly service: string;
  readonly environment: string;
  /** The part the candidate plays in the present stage. */
  readonly track: 'candidate' | 'shadow';
}

export const QUERY_FACTS = ['release', 'version', 'service', 'environment', 'track'] as const;

type Fact = keyof QueryFacts;
type Part = { readonly text: string } | { readonly fact: Fact; readonly isPattern: boolean };

/**
 * What is wrong with the placeholders of a PromQL query; null when nothing is. One may stand only inside a text in single or double
 * quotes: there a value can be escaped so that it stays a value.
 */
export const queryProblem = (template: string): string | null => {
  const parsed = parse(template);
  return 'problem' in parsed ? parsed.problem : null;
};

/**
 * Fills in the placeholders, escaped for where they stand: as a PromQL string, and inside a matcher with a pattern (`=~`, `!~`) as RE2
 * that matches exactly the value. `$${...}` stays as `${...}`.
 * @throws RangeError when `queryProblem` finds one
 */
export const fillQuery = (template: string, facts: QueryFacts): string => {
  const parsed = parse(template);
  if ('problem' in parsed) throw new RangeError(parsed.problem);
  return parsed.parts
    .map((part) => {
      if ('text' in part) return part.text;
      const value = facts[part.fact];
      return inString(part.isPattern ? asPattern(value) : value);
    })
    .join('');
};

/** Only harmless ASCII goes as it is; whatever could end the text, a backslash included, goes as an escape of Go's. */
const inString = (value: string): string =>
  value.toWellFormed().replace(/[^\w .:/+@=~^|()[\]{}?*$-]/gu, (character) => {
    const code = character.codePointAt(0)!;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });

const asPattern = (value: string): string => value.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');

const placeholder = /^\$\{([^}]*)\}/;

/** Walks over the query as PromQL's lexer does, as far as quotes and comments go. */
const parse = (template: string): { readonly parts: readonly Part[] } | { readonly problem: string } => {
  const parts: Part[] = [];
  let text = '';
  let quote: '"' | "'" | '`' | null = null;
  let isPattern = false;
  for (let at = 0; at < template.length; ) {
    const rest = template.slice(at);
    const character = template[at]!;
    if (rest.startsWith('$${')) {
      text += '${';
      at += 3;
    } else if (rest.startsWith('${')) {
      const [whole, name = ''] = placeholder.exec(rest) ?? [];
      if (whole === undefined) return { problem: 'a placeholder is not closed' };
      if (!isFact(name)) return { problem: `there is no placeholder ${whole}` };
      if (quote === null || quote === '`')
        return { problem: `${whole} may stand only inside single or double quotes` };
      parts.push({ text }, { fact: name, isPattern });
      text = '';
      at += whole.length;
    } else if (quote === null && character === '#') {
      const [comment] = /^[^\n]*/.exec(rest)!;
      if (comment.includes('${')) return { problem: 'a placeholder stands in a comment' };
      text += comment;
      at += comment.length;
    } else if (quote !== null && quote !== '`' && character === '\\') {
      text += rest.slice(0, 2);
      at += 2;
    } else {
      if (character === quote) quote = null;
      else if (quote === null && (character === '"' || character === "'" || character === '`')) {
        quote = character;
        isPattern = /[=!]~\s*$/.test(text);
      }
      text += character;
      at += 1;
    }
  }
  if (quote !== null) return { problem: 'a quote is not closed' };
  return { parts: [...parts, { text }] };
};

const isFact = (name: string): name is Fact => (QUERY_FACTS as readonly string[]).includes(name);

import type { PatternTree } from './pattern-tree.ts';

export type ParsedPattern =
  | { readonly isParsed: true; readonly tree: PatternTree }
  | { readonly isParsed: false; readonly reason: 'lookaround' | 'backreference' | 'modifiers' };

/** Reads a pattern that `new RegExp(source, 'u')` has accepted, so only what it means is open, never whether it is one. */
export const parsePattern = (source: string): ParsedPattern => {
  let at = 0;
  let refused: 'lookaround' | 'backreference' | 'modifiers' | null = null;

  const choice = (): PatternTree => {
    const branches = [sequence()];
    while (source[at] === '|') {
      at += 1;
      branches.push(sequence());
    }
    return branches.length === 1 ? branches[0]! : { kind: 'choice', branches };
  };

  const sequence = (): PatternTree => {
    const parts: PatternTree[] = [];
    while (refused === null && at < source.length && source[at] !== '|' && source[at] !== ')')
      parts.push(repeated());
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  };

  const repeated = (): PatternTree => {
    const part = term();
    const match = QUANTIFIER.exec(source.slice(at, at + 40));
    if (match === null) return part;
    at += match[0].length;
    const [, sign, least, comma, most] = match;
    if (sign === '*') return { kind: 'repeat', part, least: 0, most: null };
    if (sign === '+') return { kind: 'repeat', part, least: 1, most: null };
    if (sign === '?') return { kind: 'repeat', part, least: 0, most: 1 };
    const from = Number(least);
    return {
      kind: 'repeat',
      part,
      least: from,
      most: comma === '' ? from : most === '' ? null : Number(most),
    };
  };

  const term = (): PatternTree => {
    switch (source[at]) {
      case '^':
        at += 1;
        return { kind: 'assertion', at: 'start' };
      case '$':
        at += 1;
        return { kind: 'assertion', at: 'end' };
      case '(':
        return group();
      case '[':
        return character(classEnd(source, at));
      case '\\':
        return escaped();
      default:
        return character(at + String.fromCodePoint(source.codePointAt(at)!).length);
    }
  };

  const group = (): PatternTree => {
    const opening = /^\((?:\?(?:<(?![=!])[^>]*>|:)|(?!\?))/.exec(source.slice(at))?.[0];
    if (opening === undefined) {
      refused = /^\(\?<?[=!]/.test(source.slice(at, at + 4)) ? 'lookaround' : 'modifiers';
      return { kind: 'empty' };
    }
    at += opening.length;
    const inside = choice();
    at += 1;
    return inside;
  };

  const escaped = (): PatternTree => {
    const next = source[at + 1]!;
    if (next === 'b' || next === 'B') {
      at += 2;
      return { kind: 'assertion', at: next === 'b' ? 'boundary' : 'no-boundary' };
    }
    if (next === 'k' || (next >= '1' && next <= '9')) {
      refused = 'backreference';
      return { kind: 'empty' };
    }
    return character(at + ESCAPE.exec(source.slice(at, at + 80))![0].length);
  };

  const character = (end: number): PatternTree => {
    const text = source.slice(at, end);
    at = end;
    return { kind: 'character', source: text };
  };

  const tree = choice();
  return refused === null ? { isParsed: true, tree } : { isParsed: false, reason: refused };
};

/** Lazy quantifiers match the same texts as greedy ones; only what they capture differs. */
const QUANTIFIER = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/;

const ESCAPE =
  /^\\(?:u\{[0-9a-fA-F]+\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[a-zA-Z]|[pP]\{[^}]*\}|.)/su;

const classEnd = (source: string, from: number): number => {
  let i = from + 1;
  while (source[i] !== ']') i += source[i] === '\\' ? 2 : 1;
  return i + 1;
};

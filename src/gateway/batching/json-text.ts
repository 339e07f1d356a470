/** From the first character of a value to just behind its last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface MemberSpan extends Span {
  /** Where the quotation mark before the name stands. */
  readonly nameFrom: number;
}

/*
 * Reads where things stand in the text of a JSON value that is known to be valid, so that pieces can be put elsewhere as they were
 * written: numbers would change on their way through a double. Texts are latin1, one character for each byte.
 */

/** More than any request or answer of the protocol says. */
const MEMBERS_AT_MOST = 64;
/** A tensor of 16 dimensions stands 19 deep. */
const DEPTH_AT_MOST = 32;

/** True when arrays and objects stand in each other further than anything here should follow. Any text may be asked about, valid or not. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > DEPTH_AT_MOST) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

/** Members of the object at `at`, by name; null when a name stands there twice, or there are more than 64. */
export function membersOf(text: string, at: number): Map<string, MemberSpan> | null {
  const members = new Map<string, MemberSpan>();
  let next = spaceEnd(text, at + 1);
  while (text.charCodeAt(next) === QUOTE) {
    const nameEnd = stringEnd(text, next);
    const name = JSON.parse(text.slice(next, nameEnd)) as string;
    const from = spaceEnd(text, spaceEnd(text, nameEnd) + 1);
    const to = valueEnd(text, from);
    if (members.has(name) || members.size === MEMBERS_AT_MOST) return null;
    members.set(name, { nameFrom: next, from, to });
    next = spaceEnd(text, to);
    if (text.charCodeAt(next) !== COMMA) break;
    next = spaceEnd(text, next + 1);
  }
  return members;
}

/** Elements of the array at `at`. */
export function elementsOf(text: string, at: number): Span[] {
  const elements: Span[] = [];
  let from = spaceEnd(text, at + 1);
  if (text.charCodeAt(from) === CLOSE_BRACKET) return elements;
  for (;;) {
    const to = valueEnd(text, from);
    elements.push({ from, to });
    const next = spaceEnd(text, to);
    if (text.charCodeAt(next) !== COMMA) return elements;
    from = spaceEnd(text, next + 1);
  }
}

/**
 * The array at `at` in pieces of so many elements each, as they were written, without the brackets. It must hold as many as the counts
 * make together. Nothing is noted of a single element, for there may be millions.
 */
export function piecesOf(text: string, at: number, counts: readonly number[]): string[] {
  let next = spaceEnd(text, at + 1);
  return counts.map((count) => {
    const from = next;
    let to = next;
    for (let left = count; left > 0; left -= 1) {
      to = valueEnd(text, next);
      next = spaceEnd(text, spaceEnd(text, to) + 1);
    }
    return text.slice(from, to);
  });
}

export const textOf = (text: string, { from, to }: Span): string => text.slice(from, to);

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

function spaceEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 32) at += 1;
  return at;
}

function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return text.length;
}

function valueEnd(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return stringEnd(text, from);
  let at = from;
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= 32) break;
    }
    return at;
  }
  for (let depth = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return at;
}

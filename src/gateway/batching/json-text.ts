/** From the first character of a value to just behind its last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/*
 * Reads where things stand in the text of a JSON value that is known to be valid, so that pieces can be put elsewhere as they were
 * written: numbers would change on their way through a double. Texts are latin1, one character for each byte.
 */

/** Members of the object at `at`, by name; null when a name stands there twice. */
export function membersOf(text: string, at: number): Map<string, Span> | null {
  const members = new Map<string, Span>();
  let next = spaceEnd(text, at + 1);
  while (text.charCodeAt(next) === QUOTE) {
    const nameEnd = stringEnd(text, next);
    const name = JSON.parse(text.slice(next, nameEnd)) as string;
    const from = spaceEnd(text, spaceEnd(text, nameEnd) + 1);
    const to = valueEnd(text, from);
    if (members.has(name)) return null;
    members.set(name, { from, to });
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

/** Where the value of a member stands: from its first byte to just behind its last. */
export interface MemberSpan {
  readonly from: number;
  readonly to: number;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/**
 * Finds the values of one member of a JSON object, without parsing what lies between: a body may hold megabytes of images
 * beside the few bytes that are looked for. Only the outermost object counts. The bytes may be the beginning of a longer
 * text; a value that is not there as a whole is not found. A key that stands there twice gives two spans. Bytes that
 * are no JSON give what was found before the first oddity.
 */
export function membersIn(bytes: Buffer, name: string): MemberSpan[] {
  const found: MemberSpan[] = [];
  let at = spaceEnd(bytes, bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0);
  if (bytes[at] !== OPEN_BRACE) return found;
  at = spaceEnd(bytes, at + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = stringEnd(bytes, at);
    if (keyEnd === -1) return found;
    const isWanted = isKey(bytes, at, keyEnd, name);
    at = spaceEnd(bytes, keyEnd);
    if (bytes[at] !== COLON) return found;
    const from = spaceEnd(bytes, at + 1);
    const to = valueEnd(bytes, from);
    if (to === -1) return found;
    if (isWanted) found.push({ from, to });
    at = spaceEnd(bytes, to);
    if (bytes[at] !== COMMA) return found;
    at = spaceEnd(bytes, at + 1);
  }
  return found;
}

/** The element of an array, from 0; null where there is none, or the bytes are no array. */
export function elementIn(bytes: Buffer, index: number): MemberSpan | null {
  let at = spaceEnd(bytes, 0);
  if (bytes[at] !== OPEN_BRACKET) return null;
  for (let n = 0; ; n += 1) {
    const from = spaceEnd(bytes, at + 1);
    const to = valueEnd(bytes, from);
    if (to === -1) return null;
    if (n === index) return { from, to };
    at = spaceEnd(bytes, to);
    if (bytes[at] !== COMMA) return null;
  }
}

/** The text a member holds; the last one counts, as it does for nearly every parser. Null when it is none, or not there. */
export function textMember(bytes: Buffer, name: string): string | null {
  const span = membersIn(bytes, name).at(-1);
  if (span === undefined || bytes[span.from] !== QUOTE) return null;
  try {
    return JSON.parse(bytes.toString('utf8', span.from, span.to)) as string;
  } catch {
    return null;
  }
}

/** Puts a text in the place of a member's value, wherever it stands in the outermost object. The same bytes when it does not. */
export function withTextMember(bytes: Buffer, name: string, text: string): Buffer {
  const spans = membersIn(bytes, name);
  if (spans.length === 0) return bytes;
  const value = Buffer.from(JSON.stringify(text));
  const parts: Buffer[] = [];
  let at = 0;
  for (const { from, to } of spans) {
    parts.push(bytes.subarray(at, from), value);
    at = to;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
}

/** True when the member is there and says `true`. */
export function isMemberTrue(bytes: Buffer, name: string): boolean {
  const span = membersIn(bytes, name).at(-1);
  return span !== undefined && bytes.toString('latin1', span.from, span.to) === 'true';
}

function isKey(bytes: Buffer, from: number, to: number, name: string): boolean {
  const key = bytes.toString('utf8', from + 1, to - 1);
  if (!key.includes('\\')) return key === name;
  try {
    return JSON.parse(`"${key}"`) === name;
  } catch {
    return false;
  }
}

function spaceEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at += 1;
  return at;
}

/** Just behind the closing quote; -1 when there is none. */
function stringEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from + 1); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    let escapes = 0;
    while (bytes[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return -1;
}

/** Just behind the value; -1 when its end is not there. */
function valueEnd(bytes: Buffer, from: number): number {
  const first = bytes[from];
  if (first === QUOTE) return stringEnd(bytes, from);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return nestedEnd(bytes, from);
  let at = from;
  while (at < bytes.length && !isDelimiter(bytes[at]!)) at += 1;
  return at === bytes.length || at === from ? -1 : at;
}

const isDelimiter = (byte: number): boolean =>
  byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 32;

function nestedEnd(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      const end = stringEnd(bytes, at);
      if (end === -1) return -1;
      at = end - 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

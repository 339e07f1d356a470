import { elementIn, type MemberSpan, membersIn } from './json-members.ts';

/** Tokens of a JSON pointer (RFC 6901). */
export const pointerTokens = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

/**
 * The text or number that a pointer leads to, as text, without parsing what lies beside the way. Of two members with one name the
 * last counts. Null when nothing is there, or something else, or it takes more than `bytesAtMost`, or the bytes end before it does.
 */
export function textAt(bytes: Buffer, tokens: readonly string[], bytesAtMost: number): string | null {
  let part = bytes;
  for (const token of tokens) {
    const span = stepInto(part, token);
    if (span === null) return null;
    part = part.subarray(span.from, span.to);
  }
  if (tokens.length === 0 || part.length > bytesAtMost) return null;
  const first = part[0]!;
  if (first === MINUS || (first >= ZERO && first <= NINE)) return part.toString('latin1');
  if (first !== QUOTE) return null;
  try {
    return JSON.parse(part.toString('utf8')) as string;
  } catch {
    return null;
  }
}

const QUOTE = 34;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;

function stepInto(bytes: Buffer, token: string): MemberSpan | null {
  const member = membersIn(bytes, token).at(-1);
  if (member !== undefined) return member;
  return /^(0|[1-9]\d{0,8})$/.test(token) ? elementIn(bytes, Number(token)) : null;
}

import type { Finding } from '../scorers/safety/finding.ts';
import { findAll } from '../scorers/safety/finding.ts';
import { findPersonalData, type PersonalData } from '../scorers/safety/personal-data.ts';
import { findSecrets } from '../scorers/safety/secrets.ts';

/** Takes something out of a text that is to be stored. */
export interface TextRedactor {
  redact(text: string): string;
  /** Of a text that came in pieces: what is found in one of them, or in all of them together. */
  redactPieces(pieces: readonly string[]): string;
  /** How often what was taken out so far, by the name in its place. */
  readonly counts: Readonly<Record<string, number>>;
  /** A whole value was taken out, without a look at it. */
  takeOut(name: string): string;
}

/**
 * Credentials always go, personal data of `kinds` as well; in their place stands a name in brackets. The detectors of the
 * scorers make sure that what they find is real; here what only looks so goes too, for what was stored cannot be taken back.
 */
export function openTextRedactor(kinds: readonly PersonalData[]): TextRedactor {
  const counts: Record<string, number> = Object.create(null) as Record<string, number>;
  const takeOut = (name: string): string => {
    counts[name] = (counts[name] ?? 0) + 1;
    return `[${name}]`;
  };
  const findings = (text: string): Finding[] => [
    ...wholeKeys(text, findSecrets(text)),
    ...CREDENTIALS.flatMap((pattern) => findAll(text, 'secret', pattern)),
    ...(kinds.length === 0 ? [] : findPersonalData(text).filter(({ kind }) => kinds.includes(kind))),
    ...(kinds.includes('email') && text.includes('@') ? findAll(text, 'email', ANY_EMAIL) : []),
  ];
  const inPieces = (pieces: readonly string[]): Finding[] => {
    if (pieces.length < 2) return [];
    let at = 0;
    return pieces.flatMap((piece) => {
      const before = at;
      at += piece.length;
      return findings(piece).map((found) => ({
        ...found,
        start: found.start + before,
        end: found.end + before,
      }));
    });
  };
  const once = (text: string, more: readonly Finding[]): string => {
    // The one that begins first and is longest; what lies inside or overlaps goes with it.
    const found = [...findings(text), ...more].sort((a, b) => a.start - b.start || b.end - a.end);
    let redacted = '';
    let done = 0;
    for (let at = 0; at < found.length; ) {
      const { kind, start } = found[at]!;
      let { end } = found[at]!;
      for (at += 1; at < found.length && found[at]!.start < end; at += 1) end = Math.max(end, found[at]!.end);
      redacted += text.slice(done, start) + takeOut(kind);
      done = end;
    }
    return done === 0 ? text : redacted + text.slice(done);
  };
  const redactPieces = (pieces: readonly string[]): string => {
    let last = pieces.join('');
    let more = inPieces(pieces);
    // What a name stands beside now may be found only now. Each pass makes fewer of them, so few are enough.
    for (let pass = 0; pass < PASSES; pass += 1) {
      const next = once(last, more);
      if (next === last) break;
      last = next;
      more = [];
    }
    return last;
  };
  return { counts, takeOut, redactPieces, redact: (text) => redactPieces([text]) };
}

const PASSES = 4;

/** What an issuer's own shape or checksum would not vouch for. Every pattern is bounded, for texts come from strangers. */
const CREDENTIALS: readonly RegExp[] = [
  /\b(?:bearer|basic)[ \t]{1,4}(?=[A-Za-z0-9+/_.~=-]{0,200}[0-9A-Z+/_=])[A-Za-z0-9+/_.~=-]{12,8000}/gi,
  /(?<![A-Za-z0-9])(?:sk|pk|rk|gsk|xai|tgk|hf|gh[pousr]|github_pat|glpat|npm|pypi|r8|pplx|key)[-_](?=[A-Za-z_-]{0,200}\d)[A-Za-z0-9_-]{16,4000}/g,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}/g,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,60}/g,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]{0,8000}){1,4}/g,
  /\b(?:password|passwd|passphrase|pwd|secret|api[_-]?key|apikey|access[_-]?key|(?:access|auth|refresh|session|id)[_-]?token|client[_-]?secret|authorization|set-cookie|cookie)["']?[ \t]{0,3}[:=][ \t]{0,3}(?!["']?\[[a-z-]{1,40}\])["']?[^\s"',;)}\]]{3,4000}/gi,
];

const ANY_EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_](?:[\p{L}\p{N}._%+-]{0,63})@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.){1,8}[\p{L}]{2,24}/gu;

/**
 * The scorers look for the first line of a key, which tells enough; the lines that follow are the key. Where the last end in a text is,
 * is looked up once: many beginnings without an end would take for ever.
 */
function wholeKeys(text: string, found: readonly Finding[]): readonly Finding[] {
  const lastEnd = found.some(({ kind }) => kind === 'private-key') ? text.lastIndexOf('-----END ') : -1;
  return found.map((one) => {
    if (one.kind !== 'private-key') return one;
    if (lastEnd < one.end) return { ...one, end: text.length };
    const ending = /-----END [A-Z ]{0,40}-----/g;
    ending.lastIndex = one.end;
    const match = ending.exec(text);
    return { ...one, end: match === null ? text.length : match.index + match[0].length };
  });
}

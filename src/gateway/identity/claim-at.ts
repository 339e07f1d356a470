/** What a verified token says. */
export type Claims = Readonly<Record<string, unknown>>;

/** The value of a claim, by its name or, where `claim` begins with a slash, by a JSON pointer (RFC 6901). Undefined when it is not there. */
export function claimAt(claims: Claims, claim: string): unknown {
  if (!claim.startsWith('/')) return Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  let value: unknown = claims;
  for (const token of claim.slice(1).split('/')) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** A claim as a short text: a number counts as its digits. Null for everything else, and for what is empty or long. */
export function textClaim(claims: Claims, claim: string): string | null {
  const value = claimAt(claims, claim);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value.length <= TEXT_AT_MOST ? value : null;
}

const TEXT_AT_MOST = 256;

/** A claim as a name that stands in logs and between spaces: neither white space nor control characters. Null otherwise. */
export function nameClaim(claims: Claims, claim: string): string | null {
  const text = textClaim(claims, claim);
  return text !== null && /^[^\s\p{Cc}]+$/u.test(text) ? text : null;
}

/** True when the claim is, or among others has, one of some values. Several stand in a list or, as in `scope`, between spaces. */
export function holdsOne(claims: Claims, claim: string, wanted: readonly string[]): boolean {
  const value = claimAt(claims, claim);
  if (Array.isArray(value)) return value.some((one) => isPlain(one) && wanted.includes(String(one)));
  if (!isPlain(value)) return false;
  const text = String(value);
  return wanted.includes(text) || text.split(' ').some((word) => wanted.includes(word));
}

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

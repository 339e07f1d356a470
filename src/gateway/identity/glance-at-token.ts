import type { TrustedIssuer } from '../../core/routing/trusted-issuer.ts';
import type { TokenRefusal } from './token-refusal.ts';

export const TOKEN_LENGTH_AT_MOST = 8_192;

const SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/**
 * What a token claims to be, believed of nothing but how much work it deserves: what is expired, or from nobody we know, costs
 * no verification. Null for a credential that is no token.
 */
export function glanceAtToken(
  token: string,
  issuers: ReadonlyMap<string, TrustedIssuer>,
  nowMs: number,
): TrustedIssuer | TokenRefusal | null {
  // The first sign of every JSON object in base64url; most keys of others do not begin so.
  if (!token.startsWith('ey')) return null;
  if (token.length > TOKEN_LENGTH_AT_MOST) return token.split('.', 4).length === 3 ? 'too-long' : null;
  if (!SHAPE.test(token)) return null;
  const [head, body] = token.split('.') as [string, string];
  const header = jsonIn(head);
  const claims = jsonIn(body);
  if (header === null || claims === null) return 'malformed';
  const issuer = typeof claims.iss === 'string' ? issuers.get(claims.iss) : undefined;
  if (issuer === undefined) return 'unknown-issuer';
  if (!(issuer.algorithms as readonly unknown[]).includes(header.alg)) return 'algorithm';
  const expiresAt = claims.exp;
  if (typeof expiresAt === 'number' && expiresAt * 1000 + issuer.toleranceMs <= nowMs) return 'expired';
  return issuer;
}

function jsonIn(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

import { errors, type JWTPayload, jwtVerify, type LocalJWKSet } from 'jose';
import type { TrustedIssuer } from '../../core/routing/trusted-issuer.ts';
import { type Claims, holdsOne, nameClaim } from './claim-at.ts';
import type { TokenRefusal } from './token-refusal.ts';

/** Who holds a token that was found to be good. */
export interface Verified {
  readonly isGood: true;
  readonly keyId: string;
  readonly tier: string | null;
  readonly claims: Claims;
  /** From when on it is good no more (ms since the epoch). */
  readonly expiresAtMs: number;
}

export type Verification = Verified | { readonly isGood: false; readonly refusal: TokenRefusal };

export const refused = (refusal: TokenRefusal): Verification => ({ isGood: false, refusal });

/**
 * Verifies signature, issuer, audience, times and demanded claims of a token (RFC 7519; RFC 8725 for what to distrust). Only the
 * issuer's list decides which algorithms count, never the token. A token without an expiry is none of ours.
 */
export async function verifyToken(
  token: string,
  issuer: TrustedIssuer,
  keys: LocalJWKSet,
  nowMs: number,
): Promise<Verification> {
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: [...issuer.audience],
      algorithms: [...issuer.algorithms],
      clockTolerance: issuer.toleranceMs / 1000,
      requiredClaims: ['exp'],
      currentDate: new Date(nowMs),
    }));
  } catch (error) {
    return refused(refusalOf(error));
  }
  const caller = nameClaim(payload, issuer.keyClaim);
  if (caller === null) return refused('caller-unnamed');
  for (const [claim, wanted] of Object.entries(issuer.requires))
    if (!holdsOne(payload, claim, wanted)) return refused('not-permitted');
  return {
    isGood: true,
    keyId: `${issuer.name}:${caller}`,
    tier: issuer.tierClaim === null ? null : nameClaim(payload, issuer.tierClaim),
    claims: payload,
    expiresAtMs: payload.exp! * 1000 + issuer.toleranceMs,
  };
}

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'audience';
    if (error.claim === 'iss') return 'unknown-issuer';
    return error.claim === 'nbf' && error.reason === 'check_failed' ? 'not-yet-valid' : 'malformed';
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown-key';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'algorithm';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return 'malformed';
}

import type { ErrorCode } from '../../errors.ts';
import type { Reply } from '../http/message.ts';
import { sendProblem } from '../http/problem.ts';

/** Why a token does not let anybody in. */
export type TokenRefusal =
  | 'malformed'
  | 'too-long'
  | 'unknown-issuer'
  | 'algorithm'
  | 'unknown-key'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'
  | 'audience'
  | 'caller-unnamed'
  | 'not-permitted'
  | 'no-keys'
  | 'too-many';

/** Says nothing that the token says: these sentences go to whoever sent it, and into logs on the way. */
const SENTENCES: Readonly<Record<TokenRefusal, string>> = {
  malformed: 'The token cannot be read.',
  'too-long': 'The token is longer than 8192 characters.',
  'unknown-issuer': 'Tokens of this issuer are not taken here.',
  algorithm: 'The token is signed in a way that is not taken here.',
  'unknown-key': 'The issuer has no such signing key.',
  signature: 'The signature does not fit the token.',
  expired: 'The token has expired.',
  'not-yet-valid': 'The token is not valid yet.',
  audience: 'The token was made for another audience.',
  'caller-unnamed': 'The token does not say who is asking.',
  'not-permitted': 'The token lacks a claim that is demanded here.',
  'no-keys': 'The signing keys of the issuer are not known to this gateway yet.',
  'too-many': 'Too many tokens are being verified.',
};

const CODES: Readonly<Partial<Record<TokenRefusal, ErrorCode>>> = {
  'not-permitted': 'token-not-enough',
  'no-keys': 'tokens-unverifiable',
  'too-many': 'tokens-unverifiable',
};

/** Answers as RFC 6750 wants it. Null: no credential came at all, which is no error of a token. */
export function sendTokenRefusal(res: Reply, refusal: TokenRefusal | null): void {
  if (refusal === null) {
    const detail = 'This gateway serves only requests with an API key or a token that it knows.';
    sendProblem(res, 'key-refused', detail, { 'www-authenticate': 'Bearer' });
    return;
  }
  const code = CODES[refusal] ?? 'token-refused';
  const sentence = SENTENCES[refusal];
  if (code === 'tokens-unverifiable') sendProblem(res, code, sentence);
  else {
    const error = code === 'token-refused' ? 'invalid_token' : 'insufficient_scope';
    const challenge = `Bearer error="${error}", error_description="${sentence}"`;
    sendProblem(res, code, sentence, { 'www-authenticate': challenge });
  }
}

/** Signatures that tokens may carry: none with a shared secret, for what verifies them would forge them as well. */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** Whose tokens a gateway takes in the place of API keys. */
export interface Identity {
  /** Nobody comes in with neither a key nor a token. */
  readonly isRequired: boolean;
  readonly issuers: readonly TrustedIssuer[];
}

export interface TrustedIssuer {
  /** Begins the key ids of its callers, so that they are never those of API keys. */
  readonly name: string;
  /** Exactly what its tokens say in `iss`. */
  readonly issuer: string;
  /** One of these must stand in `aud`. */
  readonly audience: readonly string[];
  readonly keys: KeySource;
  readonly algorithms: readonly TokenAlgorithm[];
  /** By how much its clock may differ from ours. */
  readonly toleranceMs: number;
  /** By claim: at least one of the values that it must hold. */
  readonly requires: Readonly<Record<string, readonly string[]>>;
  /** Claim that says who is asking. A claim is given by its name, or by a JSON pointer into the token. */
  readonly keyClaim: string;
  /** Claim that names a tier of the limits; null: none does. */
  readonly tierClaim: string | null;
  /** The service behind gets the token too. */
  readonly isForwarded: boolean;
}

/** Where the public keys of an issuer are. */
export type KeySource =
  /** Where its own configuration says, at `/.well-known/openid-configuration` below the issuer. */
  | { readonly from: 'discovery' }
  | { readonly from: 'url'; readonly url: string }
  | { readonly from: 'file'; readonly path: string };

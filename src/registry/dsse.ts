import { type KeyObject, sign, verify } from 'node:crypto';

/** Envelope of DSSE v1.0 (https://github.com/secure-systems-lab/dsse/blob/v1.0.0/envelope.md). */
export interface DsseEnvelope {
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly {
    /** A hint only; it proves nothing. */
    readonly keyid?: string;
    /** Base64. */
    readonly sig: string;
  }[];
}

/**
 * What is signed: `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`, lengths in bytes as decimal ASCII
 * (https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md).
 */
export const preAuthenticationEncoding = (payloadType: string, body: Uint8Array): Uint8Array => {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
};

/** @param key an Ed25519 private key */
export const signEnvelope = (
  payloadType: string,
  body: Uint8Array,
  key: KeyObject,
  keyid: string,
): DsseEnvelope => ({
  payloadType,
  payload: Buffer.from(body).toString('base64'),
  signatures: [
    { keyid, sig: sign(null, preAuthenticationEncoding(payloadType, body), key).toString('base64') },
  ],
});

/**
 * The signed bytes, when one of the keys made one of the signatures; null otherwise. Never look into a payload before.
 * @param keys Ed25519 public keys
 */
export const openEnvelope = (
  envelope: DsseEnvelope,
  keys: readonly KeyObject[],
): { readonly body: Uint8Array; readonly key: KeyObject } | null => {
  const body = decodeBase64(envelope.payload);
  if (body === null) return null;
  const signed = preAuthenticationEncoding(envelope.payloadType, body);
  for (const signature of envelope.signatures) {
    const sig = decodeBase64(signature.sig);
    const key = sig === null ? undefined : keys.find((each) => verify(null, signed, each, sig));
    if (key !== undefined) return { body, key };
  }
  return null;
};

/** Either alphabet, as verifiers must accept; null for anything that is not base64 (`Buffer.from` would skip over it). */
const decodeBase64 = (text: string): Uint8Array | null => {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(standard)) return null;
  const bytes = Buffer.from(standard, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === standard.replace(/=+$/, '') ? bytes : null;
};

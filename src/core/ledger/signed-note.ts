import { createHash } from 'node:crypto';

/**
 * Signed notes as C2SP defines them (c2sp.org/signed-note): a text ending in a newline, an empty line, then signature
 * lines. Tools that know the format check ours with nothing but the verifier key.
 */
export interface NoteSigner {
  /** Non-empty, without spaces and `+`: `tidegate/production`. */
  readonly name: string;
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
  verify(bytes: Uint8Array, signature: Uint8Array): boolean;
}

export type NoteReading =
  | { readonly ok: true; readonly text: string; readonly signedBySigner: boolean }
  | { readonly ok: false; readonly detail: string };

/** @param text ends with a newline and holds no empty line. Without a signer the note has no signature lines. */
export function writeNote(text: string, signer?: NoteSigner): string {
  if (!signer) return `${text}\n`;
  const signature = signer.sign(encoder.encode(text));
  return `${text}\n— ${signer.name} ${base64(Buffer.concat([keyId(signer), signature]))}\n`;
}

/** Takes a note apart. Signature lines by other keys are passed over; one by this key that does not hold is an error. */
export function readNote(note: string, signer?: NoteSigner): NoteReading {
  const gap = note.lastIndexOf('\n\n');
  if (gap < 0) return { ok: false, detail: 'no empty line before the signatures' };
  const text = note.slice(0, gap + 1);
  if (!signer) return { ok: true, text, signedBySigner: false };
  let signedBySigner = false;
  for (const line of note
    .slice(gap + 2)
    .split('\n')
    .slice(0, -1)) {
    const match = /^— ([^ +]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
    if (!match) return { ok: false, detail: 'a signature line is malformed' };
    const bytes = Buffer.from(match[2] ?? '', 'base64');
    if (match[1] !== signer.name || !keyId(signer).equals(bytes.subarray(0, 4))) continue;
    if (!signer.verify(encoder.encode(text), bytes.subarray(4)))
      return { ok: false, detail: `the signature of ${signer.name} does not hold` };
    signedBySigner = true;
  }
  return { ok: true, text, signedBySigner };
}

/** The public key in the text form that note verifiers take: name, key id and typed key. */
export const verifierKey = (signer: Pick<NoteSigner, 'name' | 'publicKey'>): string =>
  `${signer.name}+${keyId(signer).toString('hex')}+${base64(typedKey(signer))}`;

/** First four bytes of SHA-256 over name, newline, algorithm (1 = Ed25519) and public key. */
const keyId = (signer: Pick<NoteSigner, 'name' | 'publicKey'>): Buffer =>
  createHash('sha256').update(`${signer.name}\n`).update(typedKey(signer)).digest().subarray(0, 4);

const typedKey = (signer: Pick<NoteSigner, 'publicKey'>): Uint8Array => Uint8Array.of(1, ...signer.publicKey);

const encoder = new TextEncoder();
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

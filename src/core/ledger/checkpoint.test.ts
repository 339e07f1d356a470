import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkpointText, parseCheckpoint } from './checkpoint.ts';
import { type NoteSigner, readNote, verifierKey, writeNote } from './signed-note.ts';

/** A key from a fixed seed (32 bytes of `seed`), so that the note below can be given in full. */
function signerFrom(seed: number, name = 'tidegate/test'): NoteSigner {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return {
    name,
    publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
    sign: (bytes) => sign(null, bytes, privateKey),
    verify: (bytes, signature) => verify(null, bytes, publicKey, signature),
  };
}

const checkpoint = { epoch: 2, seq: 1234, hash: 'ab'.repeat(32) };

describe('the text of a checkpoint', () => {
  it('is four lines', () => {
    expect(checkpointText(checkpoint)).toBe(
      'tidegate/ledger/v1\n1234\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\nepoch 2\n',
    );
    expect(parseCheckpoint(checkpointText(checkpoint))).toEqual(checkpoint);
  });

  it.each([
    ['another origin', (text: string) => text.replace('tidegate', 'elsewhere')],
    ['a leading zero', (text: string) => text.replace('1234', '01234')],
    ['a hash with spare bits', (text: string) => text.replace('6s=', '6t=')],
    ['a line more', (text: string) => `${text}more\n`],
    ['a line less', (text: string) => text.replace('epoch 2\n', '')],
    ['nothing', () => ''],
  ])('is refused with %s', (_name, change) => {
    expect(parseCheckpoint(change(checkpointText(checkpoint)))).toBeNull();
  });
});

describe('a signed note', () => {
  const signer = signerFrom(1);
  const text = checkpointText(checkpoint);
  const note = writeNote(text, signer);

  it('can be read by its signer, and without a key', () => {
    expect(readNote(note, signer)).toEqual({ ok: true, text, signedBySigner: true });
    expect(readNote(note)).toEqual({ ok: true, text, signedBySigner: false });
    expect(readNote(writeNote(text))).toEqual({ ok: true, text, signedBySigner: false });
  });

  it('can be checked by somebody who holds nothing but the verifier key', () => {
    const [name, id, typed] = verifierKey(signer)
      .split('+', 2)
      .concat(verifierKey(signer).split('+').slice(2).join('+'));
    const key = Buffer.from(typed ?? '', 'base64');
    const line = note.split('\n\n')[1] ?? '';
    expect(line.startsWith(`— ${name} `)).toBe(true);
    const signature = Buffer.from(line.trim().split(' ')[2] ?? '', 'base64');
    expect(signature.subarray(0, 4).toString('hex')).toBe(id);
    expect(key[0]).toBe(1);
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: key.subarray(1).toString('base64url') },
      format: 'jwk',
    });
    expect(verify(null, Buffer.from(text), publicKey, signature.subarray(4))).toBe(true);
  });

  it('is refused when its text was changed', () => {
    expect(readNote(note.replace('1234', '1233'), signer)).toMatchObject({ ok: false });
  });

  it('is not signed for those who trust another key, or the same name with another key', () => {
    expect(readNote(note, signerFrom(2))).toMatchObject({ ok: true, signedBySigner: false });
    expect(readNote(note, signerFrom(1, 'tidegate/other'))).toMatchObject({
      ok: true,
      signedBySigner: false,
    });
  });

  it('may carry signatures of others', () => {
    const cosigned = `${note}${writeNote(text, signerFrom(2)).slice(text.length + 1)}`;
    expect(readNote(cosigned, signer)).toMatchObject({ ok: true, signedBySigner: true });
    expect(readNote(cosigned, signerFrom(2))).toMatchObject({ ok: true, signedBySigner: true });
  });

  it.each([
    ['no empty line', text],
    ['a malformed signature line', `${text}\n- tidegate/test AAAA\n`],
    ['an unfinished last line', note.slice(0, -1)],
  ])('is refused or unsigned with %s', (_name, malformed) => {
    const reading = readNote(malformed, signer);
    expect(reading.ok && reading.signedBySigner).toBe(false);
  });
});

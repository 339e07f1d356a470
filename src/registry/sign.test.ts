import { createPrivateKey, generateKeyPairSync, sign as signBytes, verify } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonicalize } from '../core/ledger/canonical.ts';
import { exampleManifest } from '../core/release/manifest.fixture.ts';
import { manifestDigest } from '../core/release/seal.ts';
import { openEnvelope, preAuthenticationEncoding, signEnvelope } from './dsse.ts';
import { releasePredicateType, signRelease, statementPayloadType, verifyRelease } from './sign.ts';
import { openSigningKey, publicKeyPem, type SigningKey } from './signing-key.ts';

let directory: string;
let key: SigningKey;
const manifest = exampleManifest();
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-sign-'));
  key = await openSigningKey(join(directory, 'key.pem'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('DSSE', () => {
  test('encodes as in the example of the specification', () => {
    expect(
      Buffer.from(
        preAuthenticationEncoding('http://example.com/HelloWorld', Buffer.from('hello world')),
      ).toString(),
    ).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
    // Lengths are bytes, not characters.
    expect(
      Buffer.from(preAuthenticationEncoding('ü', Buffer.from([0xff])))
        .subarray(0, 13)
        .toString('latin1'),
    ).toBe('DSSEv1 2 Ã¼ 1');
  });

  test('type and body cannot be shifted against each other', () => {
    const a = preAuthenticationEncoding('a', Buffer.from('b 1 c'));
    const b = preAuthenticationEncoding('a 5 b', Buffer.from('c'));
    expect(Buffer.from(a).equals(Buffer.from(b))).toBe(false);
  });

  test('opens in both alphabets, and nothing that is not base64', () => {
    const body = Buffer.from([0xfb, 0xff, 0xfe, 1]);
    const envelope = signEnvelope('x', body, key.privateKey, key.keyid);
    expect(envelope.payload).toBe('+//+AQ==');
    expect(Buffer.from(openEnvelope({ ...envelope, payload: '-__-AQ==' }, [key.publicKey])!.body)).toEqual(
      body,
    );
    for (const payload of ['+//+AQ=', '+//+ AQ==', '+//+AQ==!', '+//+AR==']) {
      const opened = openEnvelope({ ...envelope, payload }, [key.publicKey]);
      expect(opened === null || Buffer.from(opened.body).equals(body)).toBe(true);
    }
    expect(openEnvelope({ ...envelope, payload: '+//+ AQ==' }, [key.publicKey])).toBeNull();
  });
});

describe('a signed release', () => {
  test('is an in-toto statement whose subject is the release', () => {
    const envelope = signRelease(manifest, key);
    expect(envelope.payloadType).toBe('application/vnd.in-toto+json');
    expect(JSON.parse(Buffer.from(envelope.payload, 'base64').toString())).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'example@1.0.0', digest: { sha256: manifestDigest(manifest).slice(7) } }],
      predicateType: releasePredicateType,
      predicate: { manifest },
    });
    // What any other tool would do.
    const signed = preAuthenticationEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'));
    expect(verify(null, signed, publicKeyPem(key), Buffer.from(envelope.signatures[0]!.sig, 'base64'))).toBe(
      true,
    );
  });

  test('verifies with the key that signed it, also after a trip through JSON', () => {
    const received: unknown = JSON.parse(JSON.stringify(signRelease(manifest, key)));
    expect(verifyRelease(received, [key.publicKey])).toEqual({
      ok: true,
      manifest,
      digest: manifestDigest(manifest),
      keyid: key.keyid,
    });
  });

  test('does not with another key, or none', () => {
    const other = generateKeyPairSync('ed25519').publicKey;
    for (const keys of [[], [other]]) {
      expect(verifyRelease(signRelease(manifest, key), keys)).toMatchObject({
        ok: false,
        reason: 'not-signed-by-a-known-key',
      });
    }
    expect(verifyRelease(signRelease(manifest, key), [other, key.publicKey])).toMatchObject({ ok: true });
  });

  test('does not when any part of it was changed', () => {
    const envelope = signRelease(manifest, key);
    const payload = Buffer.from(envelope.payload, 'base64');
    for (let i = 0; i < payload.length; i += 17) {
      const changed = Buffer.from(payload);
      changed[i]! ^= 1;
      expect(verifyRelease({ ...envelope, payload: changed.toString('base64') }, [key.publicKey]).ok).toBe(
        false,
      );
    }
    expect(verifyRelease({ ...envelope, payloadType: 'text/plain' }, [key.publicKey]).ok).toBe(false);
    expect(verifyRelease({ ...envelope, signatures: [] }, [key.publicKey])).toMatchObject({
      reason: 'not-an-envelope',
    });
    expect(verifyRelease(null, [key.publicKey])).toMatchObject({ reason: 'not-an-envelope' });
  });

  test('does not when a known key signed something else', () => {
    const statement = (change: object) => ({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'example@1.0.0', digest: { sha256: manifestDigest(manifest).slice(7) } }],
      predicateType: releasePredicateType,
      predicate: { manifest },
      ...change,
    });
    const signed = (value: unknown, type = statementPayloadType) =>
      verifyRelease(signEnvelope(type, canonicalize(value), key.privateKey, key.keyid), [key.publicKey]);
    expect(signed(statement({}))).toMatchObject({ ok: true });
    const otherDigest = [{ name: 'example@1.0.0', digest: { sha256: 'a'.repeat(64) } }];
    expect(signed(statement({ subject: otherDigest }))).toMatchObject({ reason: 'wrong-subject' });
    expect(signed(statement({}), 'text/plain')).toMatchObject({ reason: 'not-a-release-statement' });
    expect(signed(statement({ predicateType: 'urn:other' }))).toMatchObject({
      reason: 'not-a-release-statement',
    });
    expect(signed(statement({ predicate: { manifest: { ...manifest, service: '../x' } } }))).toMatchObject({
      reason: 'not-a-release-statement',
    });
    expect(signed(statement({ predicate: { manifest: { ...manifest, version: '2.0.0' } } }))).toMatchObject({
      reason: 'wrong-subject',
    });
    expect(
      signed(
        statement({
          subject: [{ name: 'other@1.0.0', digest: { sha256: manifestDigest(manifest).slice(7) } }],
        }),
      ),
    ).toMatchObject({
      reason: 'wrong-subject',
    });
  });
});

describe('the key', () => {
  test('is made once, is PKCS #8 in PEM, and only its owner can read it', async () => {
    const path = join(directory, 'key.pem');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const pem = await readFile(path, 'utf8');
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(signBytes(null, Buffer.from('x'), createPrivateKey(pem))).toEqual(
      signBytes(null, Buffer.from('x'), key.privateKey),
    );
    expect((await openSigningKey(path)).keyid).toBe(key.keyid);
    expect(await readdir(directory)).toEqual(['key.pem']);
  });

  test('is the same for all who make it at once', async () => {
    const keys = await Promise.all(
      Array.from({ length: 6 }, () => openSigningKey(join(directory, 'new.pem'))),
    );
    expect(new Set(keys.map((each) => each.keyid)).size).toBe(1);
  });

  test('is refused when others can read it, or it is none', async () => {
    const path = join(directory, 'key.pem');
    await chmod(path, 0o644);
    await expect(openSigningKey(path)).rejects.toMatchObject({ code: 'key-unusable' });
    await writeFile(join(directory, 'junk.pem'), 'junk', { mode: 0o600 });
    await expect(openSigningKey(join(directory, 'junk.pem'))).rejects.toMatchObject({ code: 'key-unusable' });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    await writeFile(join(directory, 'rsa.pem'), rsa, { mode: 0o600 });
    await expect(openSigningKey(join(directory, 'rsa.pem'))).rejects.toMatchObject({ code: 'key-unusable' });
  });
});

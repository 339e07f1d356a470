import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Digest } from '../core/digest.ts';
import { canonicalize, parseCanonical } from '../core/ledger/canonical.ts';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import { manifestDigest } from '../core/release/seal.ts';
import { isTidegateError } from '../errors.ts';
import { type DsseEnvelope, openEnvelope, signEnvelope } from './dsse.ts';
import { parseManifest } from './manifest-schema.ts';
import { keyIdOf, type SigningKey } from './signing-key.ts';

/** Fixed by the in-toto attestation framework for DSSE (spec/v1/envelope.md). */
export const statementPayloadType = 'application/vnd.in-toto+json';
const statementType = 'https://in-toto.io/Statement/v1';
export const releasePredicateType = 'urn:tidegate:release:v1';

/**
 * An in-toto Statement v1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md): the subject is the
 * release by the digest of its canonical manifest, the predicate carries that manifest.
 */
interface ReleaseStatement {
  readonly _type: typeof statementType;
  readonly subject: readonly [{ readonly name: string; readonly digest: { readonly sha256: string } }];
  readonly predicateType: typeof releasePredicateType;
  readonly predicate: { readonly manifest: ReleaseManifest };
}

/** Signs a release. Ed25519 is deterministic: the same manifest and key give the same envelope. */
export const signRelease = (manifest: ReleaseManifest, key: SigningKey): DsseEnvelope => {
  const statement: ReleaseStatement = {
    _type: statementType,
    subject: [
      { name: subjectName(manifest), digest: { sha256: manifestDigest(manifest).slice('sha256:'.length) } },
    ],
    predicateType: releasePredicateType,
    predicate: { manifest },
  };
  return signEnvelope(statementPayloadType, canonicalize(statement), key.privateKey, key.keyid);
};

export type SignatureVerdict =
  | { readonly ok: true; readonly manifest: ReleaseManifest; readonly digest: Digest; readonly keyid: string }
  | { readonly ok: false; readonly reason: SignatureDefect; readonly detail: string };

export type SignatureDefect =
  | 'not-an-envelope'
  | 'not-signed-by-a-known-key'
  | 'not-a-release-statement'
  | 'wrong-subject';

const envelopeSchema = z.object({
  payloadType: z.string().max(256),
  payload: z.string().max(4 * 1024 * 1024),
  signatures: z
    .array(z.object({ keyid: z.string().optional(), sig: z.string().max(1_024) }))
    .min(1)
    .max(32),
});

const statementSchema = z.object({
  _type: z.literal(statementType),
  subject: z.tuple([z.object({ name: z.string(), digest: z.object({ sha256: z.string() }) })]),
  predicateType: z.literal(releasePredicateType),
  predicate: z.object({ manifest: z.unknown() }),
});

/** Checks an envelope from anywhere (parsed JSON) against the public keys one trusts, and what it says against itself. */
export const verifyRelease = (input: unknown, keys: readonly KeyObject[]): SignatureVerdict => {
  const envelope = envelopeSchema.safeParse(input);
  if (!envelope.success) return defect('not-an-envelope', 'It has not the form of a DSSE envelope.');
  const opened = openEnvelope(envelope.data as DsseEnvelope, keys);
  if (opened === null)
    return defect('not-signed-by-a-known-key', 'No signature was made by a key that is trusted here.');
  if (envelope.data.payloadType !== statementPayloadType) {
    return defect('not-a-release-statement', `It carries ${envelope.data.payloadType}.`);
  }
  const reading = parseCanonical(opened.body);
  const statement = statementSchema.safeParse(reading.ok ? reading.value : null);
  if (!statement.success)
    return defect('not-a-release-statement', 'It is no in-toto statement about a release.');
  let manifest: ReleaseManifest;
  try {
    manifest = parseManifest(statement.data.predicate.manifest);
  } catch (error) {
    if (!isTidegateError(error)) throw error;
    return defect('not-a-release-statement', error.message);
  }
  const digest = manifestDigest(manifest);
  const [subject] = statement.data.subject;
  if (`sha256:${subject.digest.sha256}` !== digest || subject.name !== subjectName(manifest)) {
    return defect(
      'wrong-subject',
      `It speaks about ${subject.name}, but carries ${subjectName(manifest)} (${digest}).`,
    );
  }
  return { ok: true, manifest, digest, keyid: keyIdOf(opened.key) };
};

const subjectName = (manifest: ReleaseManifest): string => `${manifest.service}@${manifest.version}`;

const defect = (reason: SignatureDefect, detail: string): SignatureVerdict => ({ ok: false, reason, detail });

import type { IncomingHttpHeaders } from 'node:http';
import type { LocalJWKSet } from 'jose';
import type { Identity, TrustedIssuer } from '../../core/routing/trusted-issuer.ts';
import type { Admission } from './admission.ts';
import { bearerOf } from './bearer-of.ts';
import { glanceAtToken } from './glance-at-token.ts';
import { type IssuerKeys, type KeyTiming, openIssuerKeys } from './issuer-keys.ts';
import { digestOf, type KeyRing, keyIdOf, withoutKey } from './key-ring.ts';
import { storedKeys } from './stored-keys.ts';
import type { TokenRefusal } from './token-refusal.ts';
import { openVerifiedTokens } from './verified-tokens.ts';
import { refused, type Verification, type Verified, verifyToken } from './verify-token.ts';

/** Who is asking, by API keys and by tokens of issuers that are trusted. */
export interface Callers {
  /** `unsettled`: a token was seen for the first time; ask `settle`. */
  admit(ring: KeyRing, headers: IncomingHttpHeaders): Admission | 'unsettled';
  /** Verifies the token and calls back once. */
  settle(ring: KeyRing, headers: IncomingHttpHeaders, then: (admission: Admission) => void): void;
  counts(): { readonly kept: number; readonly verifying: number; readonly verified: number };
  close(): void;
}

export interface CallersSpec {
  readonly identity: Identity;
  readonly onTrouble: (what: string, about: object) => void;
  readonly nowMs?: () => number;
  readonly timing?: Partial<KeyTiming>;
  /** Where the keys of issuers outlive the process, and what tells it from others there. Absent: nowhere. */
  readonly stored?: { readonly directory: string; readonly writer: string };
  readonly keptAtMost?: number;
  readonly verifyingAtMost?: number;
}

const KEPT_AT_MOST = 50_000;
const KEPT_LENGTH_AT_MOST = 16 * 1024 * 1024;
/** A signature costs some 50 µs of another thread, and a good one is verified once: more at a time is somebody's flood. */
const VERIFYING_AT_MOST = 256;

/** A credential, and the header it came in. */
interface Brought {
  readonly token: string;
  readonly by: 'authorization' | 'x-api-key';
}

const refuse = (refusal: TokenRefusal): Admission => ({ admitted: false, refusal });

const holderOf = ({ keyId, tier, claims }: Verified, isForwarded: boolean, by: Brought['by']): Admission => ({
  admitted: true,
  keyId,
  spent: isForwarded ? null : by,
  token: { tier, claims },
});

/** Nothing in it says that it was made for this gateway. */
const isOfOthers = (glance: TrustedIssuer | TokenRefusal): boolean =>
  glance === 'unknown-issuer' || glance === 'malformed' || glance === 'too-long';

const brought = (headers: IncomingHttpHeaders): readonly Brought[] => {
  const list: Brought[] = [];
  const bearer = bearerOf(headers);
  if (bearer !== null) list.push({ token: bearer, by: 'authorization' });
  const plain = headers['x-api-key'];
  if (typeof plain === 'string' && plain !== bearer) list.push({ token: plain, by: 'x-api-key' });
  return list;
};

export function openCallers(spec: CallersSpec): Callers {
  const { identity, nowMs = Date.now } = spec;
  const issuers = new Map(identity.issuers.map((issuer) => [issuer.issuer, issuer]));
  const kept = openVerifiedTokens({
    countAtMost: spec.keptAtMost ?? KEPT_AT_MOST,
    lengthAtMost: KEPT_LENGTH_AT_MOST,
  });
  const keysOf = new Map<TrustedIssuer, IssuerKeys>();
  for (const issuer of identity.issuers)
    keysOf.set(
      issuer,
      openIssuerKeys({
        issuer,
        onTakenBack: () => kept.forget(issuer.name),
        onTrouble: spec.onTrouble,
        ...(spec.timing && { timing: spec.timing }),
        ...(spec.stored &&
          // A file is its own memory.
          issuer.keys.from !== 'file' && {
            stored: storedKeys(spec.stored.directory, issuer.issuer, spec.stored.writer, spec.onTrouble),
          }),
      }),
    );
  /** By digest: who waits for the same token waits for the same verification. */
  const underWay = new Map<string, Promise<Verification>>();
  const verifyingAtMost = spec.verifyingAtMost ?? VERIFYING_AT_MOST;
  let verifying = 0;
  let waitingForKeys = 0;
  let verified = 0;

  const verifyWith = async (
    keys: LocalJWKSet | null,
    token: string,
    issuer: TrustedIssuer,
  ): Promise<Verification> => {
    if (keys === null) return refused('no-keys');
    if (verifying >= verifyingAtMost) return refused('too-many');
    verifying += 1;
    const result = await verifyToken(token, issuer, keys, nowMs());
    verifying -= 1;
    return result;
  };
  /** Whoever invents names of keys waits in a place of its own, and keeps nobody else from being verified. */
  const otherKeys = async (keys: IssuerKeys): Promise<void> => {
    if (waitingForKeys >= verifyingAtMost) return;
    waitingForKeys += 1;
    await keys.lookAgain();
    waitingForKeys -= 1;
  };
  const verify = async (token: string, digest: string, issuer: TrustedIssuer): Promise<Verification> => {
    const keys = keysOf.get(issuer)!;
    let used = keys.current();
    let result = await verifyWith(used, token, issuer);
    if (!result.isGood && (result.refusal === 'unknown-key' || result.refusal === 'no-keys')) {
      await otherKeys(keys);
      if (keys.current() !== used) {
        used = keys.current();
        result = await verifyWith(used, token, issuer);
      }
    }
    // Its key may have been taken back meanwhile.
    if (result.isGood && keys.current() === used) {
      verified += 1;
      const { isForwarded, name } = issuer;
      kept.add(digest, { verified: result, issuer: name, isForwarded, length: token.length });
    }
    return result;
  };

  return {
    admit(ring, headers) {
      let isUnsettled = false;
      for (const { token, by } of brought(headers)) {
        const digest = digestOf(token);
        const keyId = keyIdOf(ring, digest);
        if (keyId !== null) return { admitted: true, keyId, spent: by, token: null };
        const known = kept.get(digest.toString('latin1'), nowMs());
        if (known !== null) return holderOf(known.verified, known.isForwarded, by);
        isUnsettled ||= token.startsWith('ey');
      }
      return isUnsettled ? 'unsettled' : withoutKey(ring);
    },
    settle(ring, headers, then) {
      let first: TokenRefusal | null = null;
      for (const { token, by } of brought(headers)) {
        const glance = glanceAtToken(token, issuers, nowMs());
        // Where nobody needs one of ours, it may be meant for the service behind us.
        if (glance === null || (!ring.required && isOfOthers(glance))) continue;
        if (typeof glance === 'string') {
          first ??= glance;
          continue;
        }
        const digest = digestOf(token).toString('latin1');
        let running = underWay.get(digest);
        if (running === undefined) {
          running = verify(token, digest, glance).finally(() => underWay.delete(digest));
          underWay.set(digest, running);
        }
        void running.then((result) =>
          then(result.isGood ? holderOf(result, glance.isForwarded, by) : refuse(result.refusal)),
        );
        return;
      }
      then(first === null ? withoutKey(ring) : refuse(first));
    },
    counts: () => ({ kept: kept.size(), verifying, verified }),
    close() {
      for (const keys of keysOf.values()) keys.close();
    },
  };
}

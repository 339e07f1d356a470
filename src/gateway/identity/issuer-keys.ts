import { createLocalJWKSet, type JWK, type LocalJWKSet } from 'jose';
import type { TrustedIssuer } from '../../core/routing/trusted-issuer.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import type { StoredKeys } from './stored-keys.ts';

/** The signing keys of one issuer: fetched beside the requests, and kept while the issuer cannot be asked. */
export interface IssuerKeys {
  /** Null before the first time that they were had. */
  current(): LocalJWKSet | null;
  /**
   * Asks again because a token names a key that is not there. Resolves when that has succeeded or failed, to true where there
   * are other keys now. Within a while after the last time nobody is asked: strangers can make up names of keys.
   */
  lookAgain(): Promise<boolean>;
  close(): void;
}

export interface IssuerKeysSpec {
  readonly issuer: TrustedIssuer;
  /** A key that was there is not any more: what it has signed is not to be trusted further. */
  readonly onTakenBack: () => void;
  readonly onTrouble: (what: string, about: object) => void;
  readonly timing?: Partial<KeyTiming>;
  /** Where they outlive the process. Absent: nowhere. */
  readonly stored?: StoredKeys;
}

export interface KeyTiming {
  /** Between two looks when all is well; files are looked at more often. */
  readonly refreshMs: number;
  readonly fileRefreshMs: number;
  /** After a failure; doubled with each further one, up to `refreshMs`. */
  readonly retryMs: number;
  /** Between two looks that tokens with unknown keys lead to. */
  readonly coolDownMs: number;
  readonly withinMs: number;
}

const TIMING: KeyTiming = {
  refreshMs: 300_000,
  fileRefreshMs: 10_000,
  retryMs: 1_000,
  coolDownMs: 10_000,
  withinMs: 5_000,
};

export function openIssuerKeys(spec: IssuerKeysSpec): IssuerKeys {
  const timing = { ...TIMING, ...spec.timing };
  const { issuer, onTrouble } = spec;
  const usualMs = issuer.keys.from === 'file' ? timing.fileRefreshMs : timing.refreshMs;
  let keySet: LocalJWKSet | null = null;
  let known: ReadonlySet<string> = new Set();
  let looking: Promise<boolean> | null = null;
  let lookedAgainAtMs = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  const take = (keys: readonly JWK[]): boolean => {
    const fresh = new Set(keys.map((key) => JSON.stringify(key)));
    const isSame = fresh.size === known.size && [...fresh].every((key) => known.has(key));
    if (isSame) return false;
    const isTakenBack = [...known].some((key) => !fresh.has(key));
    keySet = createLocalJWKSet({ keys: [...keys] });
    known = fresh;
    if (isTakenBack) spec.onTakenBack();
    return true;
  };
  const look = async (): Promise<boolean> => {
    let hasChanged = false;
    try {
      const keys = await fetchKeySet(issuer, timing.withinMs);
      hasChanged = take(keys);
      failures = 0;
      if (hasChanged) spec.stored?.save(keys);
    } catch (error) {
      failures += 1;
      // Once, not at each further try.
      if (failures === 1)
        onTrouble(
          keySet === null
            ? 'the signing keys of an issuer cannot be had: its tokens are refused'
            : 'the signing keys of an issuer cannot be had: the ones from before go on counting',
          { issuer: issuer.name, err: error },
        );
    }
    looking = null;
    plan();
    return hasChanged;
  };
  const plan = (): void => {
    if (timer !== null) clearTimeout(timer);
    if (isClosed) return;
    const afterMs =
      failures === 0 ? usualMs : Math.min(usualMs, timing.retryMs * 2 ** Math.min(20, failures - 1));
    // Not all gateways at once.
    timer = setTimeout(begin, afterMs * (0.9 + 0.2 * Math.random())).unref();
  };
  const begin = (): Promise<boolean> => {
    looking ??= look();
    return looking;
  };

  // Until the issuer has answered, it stands by what it said last.
  const before = spec.stored?.load() ?? null;
  if (before !== null) take(before);
  void begin();
  return {
    current: () => keySet,
    lookAgain() {
      // One that began before the token came may end too soon for it, and the next token tries again.
      if (looking !== null) return looking;
      const nowMs = performance.now();
      if (nowMs - lookedAgainAtMs < timing.coolDownMs) return NOT_ASKED;
      lookedAgainAtMs = nowMs;
      return begin();
    },
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

const NOT_ASKED = Promise.resolve(false);

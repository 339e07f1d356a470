import type { Prices } from '../core/cost/price.ts';
import type { Budget } from '../core/limits/budget.ts';
import type { Limits } from '../core/limits/limits.ts';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import { contentDigest, manifestDigest } from '../core/release/seal.ts';
import { isTidegateError, TidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { NewEvent } from '../ports/ledger.ts';
import {
  type BudgetMark,
  type Catalog,
  keyStream,
  limitsStream,
  payloadsStream,
  pricesStream,
  type ReleaseRecord,
  recordedPercent,
  sealedEvent,
  serviceStream,
} from './catalog.ts';
import type { Journal } from './journal.ts';

/** Changes of the catalog: releases that come in, keys that come and go, limits and prices that are set. */
export interface RecordKeeping {
  register(manifest: ReleaseManifest, signature: unknown, actor: string): Promise<ReleaseRecord>;
  createKey(id: string, sha256: string, actor: string): Promise<void>;
  revokeKey(id: string, actor: string): Promise<void>;
  /** Null lets everything in. */
  setLimits(environment: string, limits: Limits | null, actor: string): Promise<void>;
  /** Does nothing when it is recorded that so much is spent. */
  reachBudget(mark: ReachedBudget, actor: string): Promise<void>;
  /** Null: as listed. */
  setPrices(environment: string, prices: Prices | null, actor: string): Promise<void>;
  /** Resolves once it is durable that somebody did this with captured bodies. */
  notePayloads(what: PayloadNote, actor: string): Promise<void>;
}

export type PayloadNote =
  | {
      readonly type: 'payload.read';
      readonly invocation: string;
      readonly environment: string;
      readonly service: string;
    }
  /** What was named; the key by its SHA-256, for the ledger forgets nothing. */
  | {
      readonly type: 'payloads.erased';
      readonly erased: number;
      readonly environment?: string;
      readonly service?: string;
      readonly invocation?: string;
      readonly keyDigest?: string;
      readonly beforeMs?: number;
    };

export interface ReachedBudget extends BudgetMark {
  readonly unit: Budget['unit'];
  readonly amount: number;
  readonly spent: number;
  readonly action: Budget['action'];
}

/** Tries of one change against a ledger that somebody else also writes to. */
const tries = 5;

export const openRecordKeeping = (parts: {
  journal: Pick<Journal, 'append' | 'catchUp'>;
  catalog: Catalog;
  clock: Clock;
}): RecordKeeping => {
  const { catalog, journal, clock } = parts;

  const append = async (stream: string, version: number, event: NewEvent): Promise<void> => {
    await journal.append(stream, version, [event]);
  };
  /** Somebody else may have been faster; then the question is another one. */
  const decidedAnew = async <Result>(change: () => Promise<Result>): Promise<Result> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await change();
      } catch (error) {
        if (!isTidegateError(error, 'ledger-conflict') || attempt === tries) throw error;
        await journal.catchUp();
      }
    }
  };
  const appendKey = (type: string, data: object, actor: string): Promise<void> =>
    append(keyStream, catalog.keys.version, { type, schema: 1, atMs: clock.nowMs(), actor, data });
  const hasKey = (id: string): boolean => catalog.keys.active.some((key) => key.id === id);

  const register = async (
    manifest: ReleaseManifest,
    signature: unknown,
    actor: string,
  ): Promise<ReleaseRecord> => {
    const release = manifestDigest(manifest);
    const known = catalog.byDigest.get(release);
    if (known !== undefined) return known;
    const { service, version } = manifest;
    const entry = catalog.services.get(service);
    const taken = entry?.releases.find((record) => record.manifest.version === version);
    if (taken !== undefined)
      throw new TidegateError(
        'version-taken',
        `${service} ${version} exists with other contents (${taken.release}).`,
      );
    const record = { release, content: contentDigest(manifest), manifest, signature };
    await append(serviceStream(service), entry?.version ?? 0, sealedEvent(record, clock.nowMs(), actor));
    return catalog.byDigest.get(release)!;
  };

  return {
    register: (manifest, signature, actor) => decidedAnew(() => register(manifest, signature, actor)),
    createKey: (id, sha256, actor) =>
      decidedAnew(async () => {
        if (hasKey(id))
          throw new TidegateError('not-now', `There is a key named ${id} already.`, {
            todo: 'Choose another name; `tidegate keys` shows which there are.',
          });
        await appendKey('key.created', { id, sha256 }, actor);
      }),
    revokeKey: (id, actor) =>
      decidedAnew(async () => {
        if (!hasKey(id)) throw new TidegateError('not-found', `There is no key named ${id}.`);
        await appendKey('key.revoked', { id }, actor);
      }),
    setLimits: (environment, limits, actor) =>
      decidedAnew(() => {
        const data = { environment, limits };
        return append(limitsStream, catalog.limits.version, {
          type: 'limits.set',
          schema: 1,
          atMs: clock.nowMs(),
          actor,
          data,
        });
      }),
    reachBudget: (mark, actor) =>
      decidedAnew(async () => {
        if (recordedPercent(catalog, mark) >= mark.percent) return;
        const event = { type: 'budget.reached', schema: 1, atMs: clock.nowMs(), actor, data: mark };
        await append(limitsStream, catalog.limits.version, event);
      }),
    setPrices: (environment, prices, actor) =>
      decidedAnew(() => {
        const data = { environment, prices };
        const event = { type: 'prices.set', schema: 1, atMs: clock.nowMs(), actor, data };
        return append(pricesStream, catalog.prices.version, event);
      }),
    notePayloads: ({ type, ...data }, actor) =>
      decidedAnew(() =>
        append(payloadsStream, catalog.payloads.version, {
          type,
          schema: 1,
          atMs: clock.nowMs(),
          actor,
          data,
        }),
      ),
  };
};

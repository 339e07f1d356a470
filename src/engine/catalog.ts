import type { Prices } from '../core/cost/price.ts';
import type { Digest } from '../core/digest.ts';
import type { Limits } from '../core/limits/limits.ts';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import type { NewEvent, StoredEvent } from '../ports/ledger.ts';

/** A release as the ledger knows it. */
export interface ReleaseRecord {
  readonly release: Digest;
  /** Digest of everything but version and lineage: two releases with the same one do the same. */
  readonly content: Digest;
  readonly manifest: ReleaseManifest;
  /** DSSE envelope over the manifest; null when the control plane has no key. */
  readonly signature: unknown;
  readonly sealedAtMs: number;
  readonly sealedBy: string;
}

export interface ApiKeyRecord {
  readonly id: string;
  readonly sha256: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
}

/** What one environment lets in. */
export interface LimitsRecord {
  /** Null: everything. */
  readonly limits: Limits | null;
  readonly seq: number;
  readonly setAtMs: number;
  readonly setBy: string;
}

/** What calls cost in one environment, as somebody has set it. */
export interface PricesRecord {
  /** Null: as listed. */
  readonly prices: Prices | null;
  readonly seq: number;
  readonly setAtMs: number;
  readonly setBy: string;
}

/** Everything in the ledger that is not a lane: releases by service, the keys of clients, what environments let in, and prices. */
export interface Catalog {
  readonly services: Map<string, { version: number; releases: ReleaseRecord[] }>;
  readonly byDigest: Map<Digest, ReleaseRecord>;
  readonly keys: { version: number; seq: number; active: ApiKeyRecord[] };
  readonly limits: {
    version: number;
    readonly byEnvironment: Map<string, LimitsRecord>;
    /** Percent of budgets that are recorded as spent; see `recordedPercent`. */
    readonly reached: Map<string, number>;
  };
  readonly prices: { version: number; readonly byEnvironment: Map<string, PricesRecord> };
  /** Who read captured bodies, and erased them, is recorded; nothing follows from it. */
  readonly payloads: { version: number };
}

/** Something of a budget is spent, in a day or month. */
export interface BudgetMark {
  readonly environment: string;
  readonly budget: string;
  readonly period: string;
  readonly percent: number;
}

const markName = ({ environment, budget, period }: Omit<BudgetMark, 'percent'>): string =>
  JSON.stringify([environment, budget, period]);

/** How much of a budget is recorded as spent in a period; 0: nothing is. */
export const recordedPercent = ({ limits }: Catalog, mark: Omit<BudgetMark, 'percent'>): number =>
  limits.reached.get(markName(mark)) ?? 0;

export const emptyCatalog = (): Catalog => ({
  services: new Map(),
  byDigest: new Map(),
  keys: { version: 0, seq: 0, active: [] },
  limits: { version: 0, byEnvironment: new Map(), reached: new Map() },
  prices: { version: 0, byEnvironment: new Map() },
  payloads: { version: 0 },
});

export const serviceStream = (service: string): string => `service/${service}`;
export const keyStream = 'keys';
export const limitsStream = 'limits';
export const pricesStream = 'prices';
export const payloadsStream = 'payloads';

/** Folds an event into the catalog; events of other streams change nothing. */
export const foldCatalog = (catalog: Catalog, stored: StoredEvent): void => {
  if (stored.stream === keyStream) {
    foldKeys(catalog, stored);
    return;
  }
  if (stored.stream === limitsStream) {
    foldLimits(catalog, stored);
    return;
  }
  if (stored.stream === pricesStream) {
    foldPrices(catalog, stored);
    return;
  }
  if (stored.stream === payloadsStream) {
    catalog.payloads.version = stored.version + 1;
    return;
  }
  if (!stored.stream.startsWith('service/')) return;
  const service = stored.stream.slice('service/'.length);
  const entry = catalog.services.get(service) ?? { version: 0, releases: [] };
  catalog.services.set(service, entry);
  entry.version = stored.version + 1;
  if (stored.type !== 'release.sealed') return;
  const data = stored.data as Omit<ReleaseRecord, 'sealedAtMs' | 'sealedBy'>;
  const record: ReleaseRecord = { ...data, sealedAtMs: stored.atMs, sealedBy: stored.actor };
  if (catalog.byDigest.has(record.release)) return;
  entry.releases.push(record);
  catalog.byDigest.set(record.release, record);
};

const foldKeys = (catalog: Catalog, stored: StoredEvent): void => {
  const { keys } = catalog;
  keys.version = stored.version + 1;
  keys.seq = stored.seq;
  const data = stored.data as { id: string; sha256: string };
  if (stored.type === 'key.created')
    keys.active.push({ id: data.id, sha256: data.sha256, createdAtMs: stored.atMs, createdBy: stored.actor });
  if (stored.type === 'key.revoked') keys.active = keys.active.filter(({ id }) => id !== data.id);
};

const foldLimits = ({ limits }: Catalog, stored: StoredEvent): void => {
  limits.version = stored.version + 1;
  if (stored.type === 'budget.reached') {
    const mark = stored.data as BudgetMark;
    const name = markName(mark);
    limits.reached.set(name, Math.max(mark.percent, limits.reached.get(name) ?? 0));
  }
  if (stored.type !== 'limits.set') return;
  const data = stored.data as { environment: string; limits: Limits | null };
  limits.byEnvironment.set(data.environment, {
    limits: data.limits,
    seq: stored.seq,
    setAtMs: stored.atMs,
    setBy: stored.actor,
  });
};

const foldPrices = ({ prices }: Catalog, stored: StoredEvent): void => {
  prices.version = stored.version + 1;
  if (stored.type !== 'prices.set') return;
  const data = stored.data as { environment: string; prices: Prices | null };
  prices.byEnvironment.set(data.environment, {
    prices: data.prices,
    seq: stored.seq,
    setAtMs: stored.atMs,
    setBy: stored.actor,
  });
};

export const sealedEvent = (
  record: Omit<ReleaseRecord, 'sealedAtMs' | 'sealedBy'>,
  atMs: number,
  actor: string,
): NewEvent => ({ type: 'release.sealed', schema: 1, atMs, actor, data: record });

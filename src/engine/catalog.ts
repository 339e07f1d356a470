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

/** Everything in the ledger that is not a lane: releases by service, the keys of clients, and what environments let in. */
export interface Catalog {
  readonly services: Map<string, { version: number; releases: ReleaseRecord[] }>;
  readonly byDigest: Map<Digest, ReleaseRecord>;
  readonly keys: { version: number; seq: number; active: ApiKeyRecord[] };
  readonly limits: { version: number; readonly byEnvironment: Map<string, LimitsRecord> };
}

export const emptyCatalog = (): Catalog => ({
  services: new Map(),
  byDigest: new Map(),
  keys: { version: 0, seq: 0, active: [] },
  limits: { version: 0, byEnvironment: new Map() },
});

export const serviceStream = (service: string): string => `service/${service}`;
export const keyStream = 'keys';
export const limitsStream = 'limits';

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
  if (stored.type !== 'limits.set') return;
  const data = stored.data as { environment: string; limits: Limits | null };
  limits.byEnvironment.set(data.environment, {
    limits: data.limits,
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

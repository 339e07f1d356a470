import type { ReleaseManifest } from '../core/release/manifest.ts';
import { contentDigest, manifestDigest } from '../core/release/seal.ts';
import { TidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger, NewEvent, StoredEvent } from '../ports/ledger.ts';
import {
  type Catalog,
  foldCatalog,
  keyStream,
  type ReleaseRecord,
  sealedEvent,
  serviceStream,
} from './catalog.ts';

/** Changes of the catalog: releases that come in, keys that come and go. */
export interface RecordKeeping {
  register(manifest: ReleaseManifest, signature: unknown, actor: string): Promise<ReleaseRecord>;
  createKey(id: string, sha256: string, actor: string): Promise<void>;
  revokeKey(id: string, actor: string): Promise<void>;
}

export const openRecordKeeping = (parts: {
  ledger: Ledger;
  catalog: Catalog;
  clock: Clock;
  recorded: (event: StoredEvent) => void;
}): RecordKeeping => {
  const { catalog, ledger, clock } = parts;

  const append = async (stream: string, version: number, event: NewEvent): Promise<void> => {
    for (const stored of await ledger.append(stream, version, [event])) {
      foldCatalog(catalog, stored);
      parts.recorded(stored);
    }
  };
  const appendKey = (type: string, data: object, actor: string): Promise<void> =>
    append(keyStream, catalog.keys.version, { type, schema: 1, atMs: clock.nowMs(), actor, data });
  const hasKey = (id: string): boolean => catalog.keys.active.some((key) => key.id === id);

  return {
    async register(manifest, signature, actor) {
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
    },
    async createKey(id, sha256, actor) {
      if (hasKey(id)) throw new TidegateError('not-now', `There is a key named ${id} already.`);
      await appendKey('key.created', { id, sha256 }, actor);
    },
    async revokeKey(id, actor) {
      if (!hasKey(id)) throw new TidegateError('not-found', `There is no key named ${id}.`);
      await appendKey('key.revoked', { id }, actor);
    },
  };
};

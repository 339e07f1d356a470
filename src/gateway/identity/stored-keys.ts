import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { JWK } from 'jose';
import { signingKeysIn } from './fetch-key-set.ts';

/** The public keys of an issuer as they were had last, for a process that is started while the issuer is away. */
export interface StoredKeys {
  /** Null when there are none that can be read. */
  load(): readonly JWK[] | null;
  /** In the background; the newest ones stay. */
  save(keys: readonly JWK[]): void;
}

/** Shared by the processes of an environment: each replaces the file as a whole. `writer` tells them apart. */
export function storedKeys(
  directory: string,
  issuer: string,
  writer: string,
  onTrouble: (what: string, about: object) => void,
): StoredKeys {
  const file = path.join(directory, `${createHash('sha256').update(issuer).digest('hex').slice(0, 32)}.json`);
  const fresh = `${file}.${writer}.new`;
  let saving: Promise<void> = Promise.resolve();
  return {
    load() {
      try {
        return signingKeysIn(JSON.parse(readFileSync(file, 'utf8')));
      } catch {
        return null;
      }
    },
    save(keys) {
      saving = saving
        .then(async () => {
          mkdirSync(directory, { recursive: true, mode: 0o700 });
          await writeFile(fresh, JSON.stringify({ keys }), { mode: 0o600 });
          await rename(fresh, file);
        })
        .catch((error: unknown) =>
          onTrouble('the signing keys of an issuer cannot be stored: a restart will need the issuer', {
            issuer,
            err: error,
          }),
        );
    },
  };
}

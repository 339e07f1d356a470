import type { DatabaseShape } from './open-database.ts';

/**
 * `record` is the canonical bytes that are hashed. `seq`, `stream` and `version` repeat what stands in them, for the index.
 * `settled` is rewritten to push a commit in doubt out of the log.
 */
export const ledgerShape: DatabaseShape = {
  applicationId: 0x54474c47,
  userVersion: 1,
  synchronous: 'FULL',
  codes: { broken: 'ledger-broken', unavailable: 'ledger-unavailable' },
  schema: [
    `CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  record BLOB NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (stream, version)
) STRICT`,
    `CREATE TABLE ledger (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  settled INTEGER NOT NULL
) STRICT`,
  ],
};

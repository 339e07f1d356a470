import type { DatabaseShape } from './open-database.ts';

export const evidenceShape: DatabaseShape = {
  applicationId: 0x54474556,
  userVersion: 1,
  synchronous: 'NORMAL',
  codes: { broken: 'telemetry-broken', unavailable: 'state-unwritable' },
  schema: [
    'CREATE TABLE snapshots (rollout TEXT PRIMARY KEY, at_ms REAL NOT NULL, evidence TEXT NOT NULL) STRICT, WITHOUT ROWID',
    'CREATE TABLE frames (boot TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  ],
};

import type { DatabaseShape } from './open-database.ts';
import { usageSchema } from './usage-tables.ts';

const snapshotsAndFrames = [
  'CREATE TABLE snapshots (rollout TEXT PRIMARY KEY, at_ms REAL NOT NULL, evidence TEXT NOT NULL) STRICT, WITHOUT ROWID',
  'CREATE TABLE frames (boot TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID',
];

const linesAndMarks = [
  'CREATE TABLE lines (rollout TEXT NOT NULL, position INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (rollout, position)) STRICT, WITHOUT ROWID',
  'CREATE TABLE marks (rollout TEXT NOT NULL, digest TEXT NOT NULL, settled INTEGER NOT NULL, open TEXT NOT NULL, PRIMARY KEY (rollout, digest)) STRICT',
  'CREATE TABLE ended (nth INTEGER PRIMARY KEY, rollout TEXT NOT NULL UNIQUE) STRICT',
];

const traffic =
  'CREATE TABLE traffic (environment TEXT NOT NULL, service TEXT NOT NULL, history TEXT NOT NULL, PRIMARY KEY (environment, service)) STRICT, WITHOUT ROWID';

export const evidenceShape: DatabaseShape = {
  applicationId: 0x54474556,
  userVersion: 4,
  synchronous: 'NORMAL',
  codes: { broken: 'telemetry-broken', unavailable: 'state-unwritable' },
  schema: [...snapshotsAndFrames, ...linesAndMarks, traffic, ...usageSchema],
  earlier: [
    // Kept nothing of what the evidence grew from, and nothing of rollouts that had ended.
    { userVersion: 1, schema: snapshotsAndFrames },
    // Knew traffic only while a rollout ran.
    { userVersion: 2, schema: [...snapshotsAndFrames, ...linesAndMarks] },
    // Knew nothing of what calls use and cost.
    { userVersion: 3, schema: [...snapshotsAndFrames, ...linesAndMarks, traffic] },
  ],
};

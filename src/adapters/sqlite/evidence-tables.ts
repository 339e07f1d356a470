import type Database from 'better-sqlite3';
import { keptEnded } from '../../ports/evidence-store.ts';
import type {
  FrameRow,
  LineRow,
  MarkRow,
  NewEvidence,
  SnapshotRow,
  StoredEvidence,
  TrafficRow,
} from './evidence-calls.ts';

/** What can be done with the tables of `evidenceShape`. */
export interface EvidenceTables {
  save(evidence: NewEvidence): void;
  load(): StoredEvidence;
  snapshot(rollout: string): SnapshotRow | null;
  lines(rollout: string, from: number, limit: number): readonly string[];
  mark(rollout: string, digest: string): MarkRow | null;
  saveTraffic(rows: readonly TrafficRow[]): void;
  traffic(): readonly TrafficRow[];
}

export function evidenceTables(database: Database.Database): EvidenceTables {
  const putSnapshot = database.prepare<[...SnapshotRow]>(
    'INSERT OR REPLACE INTO snapshots (rollout, at_ms, evidence) VALUES (?, ?, ?)',
  );
  const putFrame = database.prepare<[...FrameRow]>('INSERT OR REPLACE INTO frames (boot, seq) VALUES (?, ?)');
  const putLine = database.prepare<[...LineRow]>(
    'INSERT OR REPLACE INTO lines (rollout, position, line) VALUES (?, ?, ?)',
  );
  const putMark = database.prepare<[...MarkRow]>(
    'INSERT OR REPLACE INTO marks (rollout, digest, settled, open) VALUES (?, ?, ?, ?)',
  );
  const putEnded = database.prepare<[string]>('INSERT OR IGNORE INTO ended (rollout) VALUES (?)');
  const tooOld = database
    .prepare<[], string>(`SELECT rollout FROM ended ORDER BY nth DESC LIMIT -1 OFFSET ${keptEnded}`)
    .pluck();
  const removals = ['snapshots', 'lines', 'marks', 'ended'].map((table) =>
    database.prepare<[string]>(`DELETE FROM ${table} WHERE rollout = ?`),
  );
  const running = database
    .prepare<[], SnapshotRow>(
      'SELECT rollout, at_ms, evidence FROM snapshots WHERE rollout NOT IN (SELECT rollout FROM ended) ORDER BY rollout',
    )
    .raw();
  const frames = database.prepare<[], FrameRow>('SELECT boot, seq FROM frames ORDER BY boot').raw();
  const snapshotOf = database
    .prepare<[string], SnapshotRow>('SELECT rollout, at_ms, evidence FROM snapshots WHERE rollout = ?')
    .raw();
  const linesOf = database
    .prepare<[string, number, number], string>(
      'SELECT line FROM lines WHERE rollout = ? AND position >= ? ORDER BY position LIMIT ?',
    )
    .pluck();
  const markOf = database
    .prepare<[string, string], MarkRow>(
      'SELECT rollout, digest, settled, open FROM marks WHERE rollout = ? AND digest = ?',
    )
    .raw();

  const putTraffic = database.prepare<[...TrafficRow]>(
    'INSERT OR REPLACE INTO traffic (environment, service, history) VALUES (?, ?, ?)',
  );
  const traffic = database
    .prepare<[], TrafficRow>(
      'SELECT environment, service, history FROM traffic ORDER BY environment, service',
    )
    .raw();

  const save = database.transaction((evidence: NewEvidence) => {
    for (const row of evidence.snapshots) putSnapshot.run(...row);
    for (const row of evidence.frames) putFrame.run(...row);
    for (const row of evidence.lines) putLine.run(...row);
    for (const row of evidence.marks) putMark.run(...row);
    for (const rollout of evidence.ended) putEnded.run(rollout);
    if (evidence.ended.length === 0) return;
    for (const rollout of tooOld.all()) for (const removal of removals) removal.run(rollout);
  });
  const saveTraffic = database.transaction((rows: readonly TrafficRow[]) => {
    for (const row of rows) putTraffic.run(...row);
  });
  const load = database.transaction(
    (): StoredEvidence => ({ snapshots: running.all(), frames: frames.all() }),
  );
  return {
    save: (evidence) => save.immediate(evidence),
    load,
    snapshot: (rollout) => snapshotOf.get(rollout) ?? null,
    lines: (rollout, from, limit) => linesOf.all(rollout, from, limit),
    mark: (rollout, digest) => markOf.get(rollout, digest) ?? null,
    saveTraffic: (rows) => saveTraffic.immediate(rows),
    traffic: () => traffic.all(),
  };
}

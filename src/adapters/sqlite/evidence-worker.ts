import type { EvidenceCalls, FrameRow, SnapshotRow, StoredEvidence } from './evidence-calls.ts';
import { evidenceShape } from './evidence-shape.ts';
import { openDatabase } from './open-database.ts';
import { outcomeOf, serveCalls } from './serve-calls.ts';
import { sqliteFailure } from './sqlite-failure.ts';

export interface EvidenceWorkerData {
  readonly file: string;
}

/** The thread that owns the telemetry database. */
serveCalls<EvidenceCalls>((data) => {
  const { file } = data as EvidenceWorkerData;
  try {
    const { database } = openDatabase(file, evidenceShape);
    const putSnapshot = database.prepare(
      'INSERT OR REPLACE INTO snapshots (rollout, at_ms, evidence) VALUES (?, ?, ?)',
    );
    const putFrame = database.prepare('INSERT OR REPLACE INTO frames (boot, seq) VALUES (?, ?)');
    const snapshots = database
      .prepare<[], SnapshotRow>('SELECT rollout, at_ms, evidence FROM snapshots ORDER BY rollout')
      .raw();
    const frames = database.prepare<[], FrameRow>('SELECT boot, seq FROM frames ORDER BY boot').raw();
    const removeSnapshot = database.prepare('DELETE FROM snapshots WHERE rollout = ?');
    const save = database.transaction((evidence: StoredEvidence) => {
      for (const row of evidence.snapshots) putSnapshot.run(...row);
      for (const row of evidence.frames) putFrame.run(...row);
    });
    const load = database.transaction(
      (): StoredEvidence => ({ snapshots: snapshots.all(), frames: frames.all() }),
    );

    return {
      greeting: null,
      answer: (calls) =>
        calls.map((call) =>
          outcomeOf(() => {
            try {
              if (call.kind === 'load') return load();
              if (call.kind === 'save') save.immediate(call.input);
              else removeSnapshot.run(call.input);
              return null;
            } catch (error) {
              throw sqliteFailure(error, call.kind === 'load' ? 'reading' : 'writing', file, evidenceShape);
            }
          }),
        ),
      close: () => database.close(),
    };
  } catch (error) {
    throw sqliteFailure(error, 'opening', file, evidenceShape);
  }
});

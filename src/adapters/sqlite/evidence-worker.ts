import type { EvidenceCalls } from './evidence-calls.ts';
import { evidenceShape } from './evidence-shape.ts';
import { type EvidenceTables, evidenceTables } from './evidence-tables.ts';
import { openDatabase } from './open-database.ts';
import { outcomeOf, serveCalls } from './serve-calls.ts';
import { sqliteFailure } from './sqlite-failure.ts';
import { type UsageTables, usageTables } from './usage-tables.ts';
import type { CallMessage } from './worker-messages.ts';

export interface EvidenceWorkerData {
  readonly file: string;
}

/** The thread that owns the telemetry database. */
serveCalls<EvidenceCalls>((data) => {
  const { file } = data as EvidenceWorkerData;
  try {
    const { database } = openDatabase(file, evidenceShape);
    const tables = { ...evidenceTables(database), usage: usageTables(database) };
    return {
      greeting: null,
      answer: (calls) =>
        calls.map((call) =>
          outcomeOf(() => {
            try {
              return answer(tables, call);
            } catch (error) {
              throw sqliteFailure(
                error,
                call.kind.startsWith('save') ? 'writing' : 'reading',
                file,
                evidenceShape,
              );
            }
          }),
        ),
      close: () => database.close(),
    };
  } catch (error) {
    throw sqliteFailure(error, 'opening', file, evidenceShape);
  }
});

function answer(tables: EvidenceTables & { usage: UsageTables }, call: CallMessage<EvidenceCalls>): unknown {
  switch (call.kind) {
    case 'save':
      tables.save(call.input);
      return null;
    case 'load':
      return tables.load();
    case 'snapshot':
      return tables.snapshot(call.input);
    case 'lines':
      return tables.lines(call.input.rollout, call.input.from, call.input.limit);
    case 'mark':
      return tables.mark(call.input.rollout, call.input.digest);
    case 'saveTraffic':
      tables.saveTraffic(call.input);
      return null;
    case 'traffic':
      return tables.traffic();
    case 'saveUsage':
      tables.usage.save(call.input);
      return null;
    case 'countedUsage':
      return tables.usage.counted();
    case 'usage':
      return tables.usage.usage(call.input);
  }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { evidenceStoreContract, type OpenedEvidenceStore } from '../../ports/evidence-store.contract.ts';
import { evidenceShape } from './evidence-shape.ts';
import { openSqliteEvidenceStore } from './sqlite-evidence-store.ts';

const newDirectory = async () => await mkdtemp(join(tmpdir(), 'tidegate-evidence-'));

const openIn = async (directory: string): Promise<OpenedEvidenceStore> => {
  const store = await openSqliteEvidenceStore({ directory });
  return {
    store,
    reopen: async () => {
      await store.close();
      return await openIn(directory);
    },
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
};

evidenceStoreContract('the evidence store in SQLite', async () => await openIn(await newDirectory()));

it('says so when its file is no database, and leaves it alone', async () => {
  const directory = await newDirectory();
  try {
    await writeFile(
      join(directory, 'telemetry.db'),
      'not a database, but long enough to be taken for one'.repeat(20),
    );
    await expect(openSqliteEvidenceStore({ directory })).rejects.toMatchObject({ code: 'telemetry-broken' });
  } finally {
    await rm(directory, { recursive: true });
  }
});

it.each(evidenceShape.earlier!)(
  'opens a file of version $userVersion, and keeps what newer ones do',
  async (earlier) => {
    const directory = await newDirectory();
    try {
      const file = join(directory, 'telemetry.db');
      const old = new Database(file);
      for (const statement of earlier.schema) old.exec(statement);
      old.pragma(`application_id = ${evidenceShape.applicationId}`);
      old.pragma(`user_version = ${earlier.userVersion}`);
      old.exec("INSERT INTO snapshots VALUES ('r1', 3, '{\"wealth\":1}')");
      old.exec("INSERT INTO frames VALUES ('boot', 4)");
      old.close();
      for (const texts of [['a'], ['a', 'b']]) {
        const store = await openSqliteEvidenceStore({ directory });
        expect(await store.load()).toEqual({
          snapshots: [{ rollout: 'r1', atMs: 3, evidence: { wealth: 1 } }],
          frames: { boot: 4 },
        });
        await store.save(
          [{ rollout: 'r1', atMs: 3, evidence: { wealth: 1 }, lines: { from: 0, texts } }],
          {},
        );
        expect(await store.lines('r1', 0, 9)).toEqual(texts);
        const traffic = [{ environment: 'production', service: 'spam', history: texts }];
        await store.saveTraffic(traffic);
        expect(await store.traffic()).toEqual(traffic);
        await store.close();
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { evidenceStoreContract, type OpenedEvidenceStore } from '../../ports/evidence-store.contract.ts';
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

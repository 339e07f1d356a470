import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedUsageStore, usageStoreContract } from '../../ports/usage-store.contract.ts';
import { openSqliteEvidenceStore } from './sqlite-evidence-store.ts';

const openIn = async (directory: string): Promise<OpenedUsageStore> => {
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

usageStoreContract(
  'the usage store in SQLite',
  async () => await openIn(await mkdtemp(join(tmpdir(), 'tidegate-usage-'))),
);

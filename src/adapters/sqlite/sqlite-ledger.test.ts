import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerContract, type OpenedLedger } from '../../ports/ledger.contract.ts';
import { openSqliteLedger } from './sqlite-ledger.ts';

const openIn = async (directory: string): Promise<OpenedLedger> => {
  const ledger = await openSqliteLedger({ directory });
  return {
    ledger,
    reopen: async () => {
      await ledger.close();
      return await openIn(directory);
    },
    dispose: async () => {
      await ledger.close();
      await rm(directory, { recursive: true });
    },
  };
};

ledgerContract(
  'the ledger in SQLite',
  async () => await openIn(await mkdtemp(join(tmpdir(), 'tidegate-ledger-'))),
);

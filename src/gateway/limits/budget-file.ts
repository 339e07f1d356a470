import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { AccountState } from './budget-account.ts';

/** The account of an environment's budgets on disk. */
export interface BudgetFile {
  /** Nothing where there is no file. `onDamaged` hears of one that cannot be read; spending then begins at nothing. */
  load(onDamaged: (why: unknown) => void): Promise<AccountState>;
  /** Durable when it resolves. Not to be called again before that. */
  save(state: AccountState): Promise<void>;
}

const stored = z.strictObject({
  format: z.literal(1),
  accounts: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.number().nonnegative()))),
});

export function budgetFile(stateDir: string, environment: string): BudgetFile {
  const directory = path.join(stateDir, 'budgets');
  const file = path.join(directory, `${environment}.json`);
  return {
    async load(onDamaged) {
      try {
        return stored.parse(JSON.parse(await readFile(file, 'utf8'))).accounts;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onDamaged(error);
        return {};
      }
    },
    async save(accounts) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const handle = await open(`${file}.new`, 'w', 0o600);
      try {
        await handle.writeFile(JSON.stringify({ format: 1, accounts }));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${file}.new`, file);
      const folder = await open(directory, 'r');
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    },
  };
}

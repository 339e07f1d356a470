import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { csvRows } from './csv-rows.ts';
import type { GoldenRow } from './golden-row.ts';

it('ends where it is given up while more of the file is being read', async () => {
  const source = {
    name: 'slow.csv',
    async *open() {
      yield Buffer.from(`id,id\n${'1,2\n'.repeat(100)}`);
      await sleep(50);
      yield Buffer.from('3,4\n');
    },
  };
  const rows: GoldenRow[] = [];
  for await (const row of csvRows(source)) rows.push(row);
  expect(rows).toEqual([
    { kind: 'problem', line: 1, message: 'names the column "id" twice', isHopeless: true },
  ]);
});

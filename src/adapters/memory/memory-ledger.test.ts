import { describe, expect, it } from 'vitest';
import { ledgerContract, type OpenedLedger } from '../../ports/ledger.contract.ts';
import type { NewEvent } from '../../ports/ledger.ts';
import { type MemoryLedger, openMemoryLedger } from './memory-ledger.ts';

const opened = (ledger: MemoryLedger): OpenedLedger => ({
  ledger,
  reopen: async () => opened(ledger.reopen()),
  dispose: async () => await ledger.close(),
});

ledgerContract('the ledger in memory', async () => opened(openMemoryLedger()));

describe('faults of the ledger in memory', () => {
  const event: NewEvent = { type: 'thing.happened', schema: 1, atMs: 1, actor: 'engine', data: null };

  it('before: nothing is stored, and the next append succeeds', async () => {
    const ledger = openMemoryLedger();
    ledger.failNextAppend('before');
    await expect(ledger.append('a', 0, [event])).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(await ledger.append('a', 0, [event])).toHaveLength(1);
  });

  it('after: everything is stored although the append rejects', async () => {
    const ledger = openMemoryLedger();
    ledger.failNextAppend('after');
    await expect(ledger.append('a', 0, [event])).rejects.toMatchObject({ code: 'internal' });
    expect(await ledger.reopen().read('a')).toHaveLength(1);
  });

  it('disk-full: spares appends that may use the reserve', async () => {
    const ledger = openMemoryLedger();
    ledger.failNextAppend('disk-full');
    expect(await ledger.append('a', 0, [event], { reserve: true })).toHaveLength(1);
    await expect(ledger.append('a', 1, [event])).rejects.toMatchObject({ code: 'disk-full' });
    expect(await ledger.append('a', 1, [event])).toHaveLength(1);
  });

  it('a full disk stays full until it is told otherwise', async () => {
    const ledger = openMemoryLedger();
    ledger.setDiskFull(true);
    await expect(ledger.append('a', 0, [event])).rejects.toMatchObject({ code: 'disk-full' });
    await expect(ledger.append('a', 0, [event])).rejects.toMatchObject({ code: 'disk-full' });
    ledger.setDiskFull(false);
    expect(await ledger.append('a', 0, [event])).toHaveLength(1);
  });

  it('a conflict uses up no fault', async () => {
    const ledger = openMemoryLedger();
    ledger.failNextAppend('before');
    await expect(ledger.append('a', 9, [event])).rejects.toMatchObject({ code: 'ledger-conflict' });
    await expect(ledger.append('a', 0, [event])).rejects.toMatchObject({ code: 'ledger-unavailable' });
  });
});

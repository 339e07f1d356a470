import { describe, expect, it } from 'vitest';
import { openMemoryLedger } from '../adapters/memory/memory-ledger.ts';
import type { Ledger, NewEvent } from '../ports/ledger.ts';
import { openJournal } from './journal.ts';

const event = (data: unknown): NewEvent => ({
  type: 'thing.happened',
  schema: 1,
  atMs: 0,
  actor: 'ann',
  data,
});

/** One control plane's journal over a ledger, with what it folded and what it followed, in order. */
const open = (ledger: Ledger) => {
  const folded: number[] = [];
  const followed: number[][] = [];
  const journal = openJournal({
    ledger,
    fold: ({ seq }) => void folded.push(seq),
    follow: (events) => void followed.push(events.map(({ seq }) => seq)),
  });
  return { journal, folded, followed };
};

describe('the journal', () => {
  it('folds what there is at the start and follows nothing of it', async () => {
    const ledger = openMemoryLedger();
    await ledger.append('a', 0, [event(1), event(2)]);
    const { journal, folded, followed } = open(ledger);
    await journal.load();
    expect(folded).toEqual([1, 2]);
    expect(followed).toEqual([]);
  });

  it('has folded and followed what it appended when it says so, and reads nothing for it', async () => {
    const ledger = openMemoryLedger();
    let reads = 0;
    const { journal, followed } = open({
      ...ledger,
      readAll: (...args) => {
        reads += 1;
        return ledger.readAll(...args);
      },
    });
    const stored = await journal.append('a', 0, [event(1), event(2)]);
    expect(stored.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(followed).toEqual([[1, 2]]);
    expect(reads).toBe(0);
  });

  it('takes in what somebody else wrote before what it wrote itself behind it', async () => {
    const ledger = openMemoryLedger();
    const one = open(ledger);
    const other = open(ledger);
    await one.journal.append('a', 0, [event('one')]);
    await one.journal.append('b', 0, [event('one')]);
    await other.journal.append('c', 0, [event('other')]);
    expect(other.folded).toEqual([1, 2, 3]);
    expect(other.followed).toEqual([[1, 2, 3]]);
    await one.journal.catchUp();
    expect(one.folded).toEqual([1, 2, 3]);
    expect(one.followed).toEqual([[1], [2], [3]]);
  });

  it('folds each record once, in order, also when the answers come in another order', async () => {
    const ledger = openMemoryLedger();
    const answers: (() => void)[] = [];
    const slow = open({
      ...ledger,
      async append(...args) {
        const stored = await ledger.append(...args);
        await new Promise<void>((resolve) => answers.push(resolve));
        return stored;
      },
    });
    const first = slow.journal.append('a', 0, [event(1)]);
    const second = slow.journal.append('b', 0, [event(2)]);
    while (answers.length < 2) await Promise.resolve();
    answers[1]!();
    await second;
    expect(slow.folded).toEqual([1, 2]);
    answers[0]!();
    await first;
    expect(slow.folded).toEqual([1, 2]);
    expect(slow.followed).toEqual([[1, 2]]);
  });

  it('says nothing new about a ledger in which there is nothing new', async () => {
    const { journal, followed } = open(openMemoryLedger());
    await journal.catchUp();
    expect(followed).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeAccount, emptyAccountBook, openAccount } from './accounts.ts';

const range = { base: 100, count: 8 };
const foreign = { uids: new Set([101]), gids: new Set([102]) };

describe('accounts', () => {
  it('are never shared: a uid by two workloads, a gid by two services', () => {
    const step = fc.record({
      isOpening: fc.boolean(),
      number: fc.nat(9),
      service: fc.constantFrom('a', 'b', 'c'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let book = emptyAccountBook;
        for (const { isOpening, number, service } of steps) {
          const id = `${service}.${number}`;
          if (!isOpening) book = closeAccount(book, id);
          else {
            const before = book;
            const opened = openAccount(book, range, { id, service }, foreign);
            if (opened === null) expect(Object.keys(before.uids).length).toBe(range.count - 1);
            else {
              book = opened.book;
              expect(opened.account.uid).toBe(before.uids[id] ?? opened.account.uid);
              expect(opened.account.gid).toBe(before.gids[service] ?? opened.account.gid);
            }
          }
          for (const numbers of [Object.values(book.uids), Object.values(book.gids)]) {
            expect(new Set(numbers).size).toBe(numbers.length);
            expect(numbers.every((each) => each >= 100 && each < 108)).toBe(true);
          }
          expect(Object.values(book.uids)).not.toContain(101);
          expect(Object.values(book.gids)).not.toContain(102);
        }
      }),
    );
  });

  it('use a number that was given back last of all', () => {
    const first = openAccount(emptyAccountBook, range, { id: 'a.1', service: 'a' }, foreign)!;
    const second = openAccount(closeAccount(first.book, 'a.1'), range, { id: 'a.2', service: 'a' }, foreign)!;
    expect(second.account.uid).not.toBe(first.account.uid);
    expect(second.account.gid).toBe(first.account.gid);
  });
});

import { describe, expect, it } from 'vitest';
import { openLimitBook } from './limit-book.ts';

const rate = { perSecond: 10, burst: 4 };

describe('the book of an environment’s limits', () => {
  it('gives tokens to whoever asks until there are none, and says when there are again', () => {
    const book = openLimitBook();
    expect(book.book('a', { do: 'take', name: 'k', rate, count: 3 }, 0).given).toBe(3);
    expect(book.book('b', { do: 'take', name: 'k', rate, count: 3 }, 0).given).toBe(1);
    expect(book.book('b', { do: 'take', name: 'k', rate, count: 3 }, 0)).toEqual({ given: 0, retryMs: 100 });
    book.book('a', { do: 'give-back', name: 'k', rate, count: 2 }, 0);
    expect(book.book('b', { do: 'take', name: 'k', rate, count: 3 }, 0).given).toBe(2);
  });

  it('lets answers use more than there is, and then waits until that is paid', () => {
    const book = openLimitBook();
    expect(book.book('a', { do: 'look', name: 't', rate }, 0).given).toBe(1);
    book.book('a', { do: 'charge', name: 't', rate, count: 14 }, 0);
    const { given, retryMs } = book.book('b', { do: 'look', name: 't', rate }, 0);
    expect(given).toBe(0);
    expect(retryMs).toBeCloseTo(1_000, 2);
    expect(book.book('b', { do: 'look', name: 't', rate }, 1_001).given).toBe(1);
  });

  it('has places for so many at once, and has those of a process back that is gone', () => {
    const book = openLimitBook();
    expect(book.book('a', { do: 'enter', name: 's', most: 3, count: 2 }, 0).given).toBe(2);
    expect(book.book('b', { do: 'enter', name: 's', most: 3, count: 2 }, 0).given).toBe(1);
    book.book('b', { do: 'leave', name: 's', count: 5 }, 0);
    expect(book.book('b', { do: 'enter', name: 's', most: 3, count: 2 }, 0).given).toBe(1);
    book.vanish('a');
    expect(book.book('b', { do: 'enter', name: 's', most: 3, count: 9 }, 0).given).toBe(2);
    expect(book.book('b', { do: 'enter', name: 's', most: 2, count: 9 }, 0).given).toBe(0);
  });

  it('keeps nothing that it could not make anew', () => {
    const book = openLimitBook();
    book.book('a', { do: 'take', name: 'k', rate, count: 4 }, 0);
    book.book('a', { do: 'enter', name: 's', most: 3, count: 1 }, 0);
    book.tidy(399);
    expect(book.size()).toBe(2);
    book.tidy(400);
    book.book('a', { do: 'leave', name: 's', count: 1 }, 400);
    expect(book.size()).toBe(0);
  });
});

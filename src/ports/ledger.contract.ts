import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger, NewEvent } from './ledger.ts';

/** A ledger under test, and how to end it and open its records again. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  /** Closes this one; the next sees the same records. */
  reopen(): Promise<OpenedLedger>;
  /** Closes it and removes everything it left. */
  dispose(): Promise<void>;
}

const event = (data: unknown = null, type = 'thing.happened'): NewEvent => ({
  type,
  schema: 1,
  atMs: 1_700_000_000_000,
  actor: 'engine',
  data,
});

const some = (count: number, from = 0): NewEvent[] =>
  Array.from({ length: count }, (_, index) => event({ n: from + index }));

/** What every ledger promises. */
export function ledgerContract(name: string, open: () => Promise<OpenedLedger>): void {
  describe(`${name} keeps the contract of a ledger`, () => {
    let opened: OpenedLedger;
    let ledger: Ledger;
    beforeEach(async () => {
      opened = await open();
      ledger = opened.ledger;
    });
    afterEach(async () => await opened.dispose());

    const reopen = async (): Promise<void> => {
      opened = await opened.reopen();
      ledger = opened.ledger;
    };

    it('starts empty', async () => {
      expect(await ledger.head()).toEqual({ seq: 0, hash: '0'.repeat(64), epoch: 1 });
      expect(await ledger.read('a')).toEqual([]);
      expect(await ledger.readAll(0)).toEqual([]);
      expect(await ledger.readBack(null, 10)).toEqual([]);
      expect(await ledger.verify()).toEqual({ ok: true, events: 0, head: await ledger.head() });
    });

    it('returns what it stored, with positions, and reads the same back', async () => {
      const stored = await ledger.append('a', 0, [event({ x: 1 }, 'one'), event([true, null], 'two')]);
      expect(
        stored.map(({ seq, stream, version, type, data }) => ({ seq, stream, version, type, data })),
      ).toEqual([
        { seq: 1, stream: 'a', version: 0, type: 'one', data: { x: 1 } },
        { seq: 2, stream: 'a', version: 1, type: 'two', data: [true, null] },
      ]);
      expect(await ledger.read('a')).toEqual(stored);
      expect(await ledger.readAll(0)).toEqual(stored);
      expect(await ledger.head()).toEqual({ seq: 2, hash: stored[1]?.hash, epoch: 1 });
    });

    it('counts versions in each stream and positions over all', async () => {
      await ledger.append('a', 0, some(2));
      const [b] = await ledger.append('b', 0, some(1));
      const [a] = await ledger.append('a', 2, some(1));
      expect([b?.seq, b?.version, a?.seq, a?.version]).toEqual([3, 0, 4, 2]);
    });

    it('has nothing behind its newest record, and each new one as soon as it is acknowledged', async () => {
      expect(await ledger.readAll(0)).toEqual([]);
      for (let seq = 1; seq <= 3; seq += 1) {
        const [stored] = await ledger.append('a', seq - 1, some(1));
        expect(await ledger.readAll(seq - 1)).toEqual([stored]);
        expect(await ledger.readAll(seq)).toEqual([]);
      }
      await reopen();
      expect(await ledger.readAll(3)).toEqual([]);
      expect(await ledger.readAll(2)).toHaveLength(1);
    });

    it('refuses another version, in both directions, and says which there is', async () => {
      await ledger.append('a', 0, some(2));
      for (const expectedVersion of [0, 1, 3]) {
        await expect(ledger.append('a', expectedVersion, some(1))).rejects.toMatchObject({
          code: 'ledger-conflict',
          data: { stream: 'a', expectedVersion, actualVersion: 2 },
        });
      }
      expect((await ledger.head()).seq).toBe(2);
    });

    it('adds nothing for no events, but still compares the version', async () => {
      expect(await ledger.append('a', 0, [])).toEqual([]);
      await expect(ledger.append('a', 1, [])).rejects.toMatchObject({ code: 'ledger-conflict' });
      expect((await ledger.head()).seq).toBe(0);
    });

    it('lets exactly one of 100 concurrent appends to a version win', async () => {
      for (let version = 0; version < 3; version++) {
        const results = await Promise.allSettled(
          Array.from({ length: 100 }, (_, caller) => ledger.append('a', version, [event({ caller })])),
        );
        const won = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
        const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
        expect(won).toHaveLength(1);
        expect(lost.map((error) => error.code)).toEqual(Array(99).fill('ledger-conflict'));
        expect((await ledger.read('a'))[version]).toEqual(won[0]);
      }
    });

    it('keeps every one of 100 concurrent appends to streams of their own, whole and without gaps', async () => {
      const stored = await Promise.all(
        Array.from({ length: 100 }, (_, caller) => ledger.append(`s${caller}`, 0, some(3))),
      );
      const all = await ledger.readAll(0);
      expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
      for (const events of stored) {
        const first = events[0]?.seq ?? 0;
        expect(events.map(({ seq }) => seq)).toEqual([first, first + 1, first + 2]);
        expect(all.slice(first - 1, first + 2)).toEqual(events);
      }
      expect(await ledger.verify()).toMatchObject({ ok: true, events: 300 });
    });

    it('a refused append among many spoils no other', async () => {
      const results = await Promise.allSettled([
        ledger.append('a', 0, some(2)),
        ledger.append('a', 0, some(2)),
        ledger.append('b', 7, some(1)),
        ledger.append('c', 0, [event('\ud800')]),
        ledger.append('a', 2, some(1)),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect((await ledger.read('a')).map(({ version }) => version)).toEqual([0, 1, 2]);
    });

    it('reads forwards from a place, in pages', async () => {
      await ledger.append('a', 0, some(25));
      expect((await ledger.readAll(0, 10)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect((await ledger.readAll(20, 10)).map(({ seq }) => seq)).toEqual([21, 22, 23, 24, 25]);
      expect(await ledger.readAll(25, 10)).toEqual([]);
      expect((await ledger.read('a', 23)).map(({ version }) => version)).toEqual([23, 24]);
      expect(await ledger.read('a', 25)).toEqual([]);
    });

    it('gives 1,000 events at a time unless told otherwise', async () => {
      await ledger.append('a', 0, some(1001));
      expect(await ledger.readAll(0)).toHaveLength(1000);
      expect(await ledger.read('a')).toHaveLength(1001);
    });

    it('reads backwards from the end or from a place, newest first', async () => {
      await ledger.append('a', 0, some(5));
      expect((await ledger.readBack(null, 2)).map(({ seq }) => seq)).toEqual([5, 4]);
      expect((await ledger.readBack(4, 2)).map(({ seq }) => seq)).toEqual([3, 2]);
      expect((await ledger.readBack(3, 10)).map(({ seq }) => seq)).toEqual([2, 1]);
      expect(await ledger.readBack(1, 10)).toEqual([]);
      expect((await ledger.readBack(99, 1)).map(({ seq }) => seq)).toEqual([5]);
    });

    it('keeps everything over a restart and goes on from there', async () => {
      const before = [...(await ledger.append('a', 0, some(3))), ...(await ledger.append('b', 0, some(2)))];
      const head = await ledger.head();
      await reopen();
      expect(await ledger.readAll(0)).toEqual(before);
      expect(await ledger.head()).toEqual(head);
      await expect(ledger.append('a', 0, some(1))).rejects.toMatchObject({ code: 'ledger-conflict' });
      const [next] = await ledger.append('a', 3, some(1));
      expect(next).toMatchObject({ seq: 6, version: 3 });
      expect(await ledger.verify()).toMatchObject({ ok: true, events: 6 });
    });

    it('keeps any text', async () => {
      const text = 'Grüße 日本語 👩🏽‍🚀 \u0000\u001f\u2028"\\ \ufeff Å≠Å';
      const [stored] = await ledger.append(text, 0, [
        { ...event({ [text]: text }), actor: text, type: text },
      ]);
      await reopen();
      expect(await ledger.read(text)).toEqual([stored]);
      expect(stored).toMatchObject({ stream: text, actor: text, type: text, data: { [text]: text } });
      expect(await ledger.read('Grüße')).toEqual([]);
    });

    it('keeps big events, and refuses those over 1 MiB before anything is tried', async () => {
      const big = event({ text: 'é'.repeat(520_000) });
      const [stored] = await ledger.append('a', 0, [big]);
      expect(await ledger.read('a')).toEqual([stored]);
      await expect(
        ledger.append('a', 1, [event(), event({ text: 'é'.repeat(525_000) })]),
      ).rejects.toMatchObject({
        code: 'too-large',
      });
      expect((await ledger.head()).seq).toBe(1);
      expect(await ledger.verify()).toMatchObject({ ok: true, events: 1 });
    });

    it.each<[string, string, number, unknown]>([
      ['data without a JSON form', 'a', 0, event({ x: Number.NaN })],
      ['a missing member', 'a', 0, event({ x: undefined })],
      ['no type', 'a', 0, event(null, '')],
      ['a time that is none', 'a', 0, { ...event(), atMs: Number.NaN }],
      ['a schema that is none', 'a', 0, { ...event(), schema: 0 }],
      ['no actor', 'a', 0, { ...event(), actor: '' }],
      ['no stream', '', 0, event()],
      ['a negative version', 'a', -1, event()],
    ])('refuses %s', async (_name, stream, version, malformed) => {
      await expect(ledger.append(stream, version, [malformed as NewEvent])).rejects.toMatchObject({
        code: 'bad-request',
      });
      expect((await ledger.head()).seq).toBe(0);
    });

    it('does not notice when callers change what they passed or got', async () => {
      const data = { list: [1] };
      const [stored] = await ledger.append('a', 0, [event(data)]);
      data.list.push(2);
      (stored!.data as { list: number[] }).list.push(3);
      const [read] = await ledger.read('a');
      expect(read?.data).toEqual({ list: [1] });
    });

    it('refuses everything once closed, and may be closed twice', async () => {
      await ledger.close();
      await ledger.close();
      await expect(ledger.append('a', 0, some(1))).rejects.toMatchObject({ code: 'ledger-unavailable' });
      await expect(ledger.read('a')).rejects.toMatchObject({ code: 'ledger-unavailable' });
    });

    it('stores what was asked for before it was closed', async () => {
      const asked = Promise.all(
        Array.from({ length: 20 }, (_, caller) => ledger.append(`s${caller}`, 0, some(1))),
      );
      await ledger.close();
      await asked;
      await reopen();
      expect(await ledger.head()).toMatchObject({ seq: 20 });
    });
  });
}

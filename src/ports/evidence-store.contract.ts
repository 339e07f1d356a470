import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../core/digest.ts';
import { type EvidenceChange, type EvidenceStore, keptEnded } from './evidence-store.ts';

/** A store under test, and how to end it and open its contents again. */
export interface OpenedEvidenceStore {
  readonly store: EvidenceStore;
  /** Closes this one; the next sees the same contents. */
  reopen(): Promise<OpenedEvidenceStore>;
  /** Closes it and removes everything it left. */
  dispose(): Promise<void>;
}

const digestOf = (number: number): Digest => `sha256:${number.toString(16).padStart(64, '0')}`;

/** What every evidence store promises. */
export function evidenceStoreContract(name: string, open: () => Promise<OpenedEvidenceStore>): void {
  describe(`${name} keeps the contract of an evidence store`, () => {
    let opened: OpenedEvidenceStore;
    let store: EvidenceStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(async () => await opened.dispose());

    const reopen = async (): Promise<void> => {
      opened = await opened.reopen();
      store = opened.store;
    };

    it('starts empty', async () => {
      expect(await store.load()).toEqual({ snapshots: [], frames: {} });
    });

    it('keeps snapshots and frames over a restart', async () => {
      const snapshots = [
        {
          rollout: 'r1',
          atMs: 1_700_000_000_000.25,
          evidence: { wealth: [1e-300, 0.1, 5e20], note: 'é 👩🏽‍🚀' },
        },
        { rollout: 'r2', atMs: 2, evidence: null },
      ];
      await store.save(snapshots, { bootA: 7, bootB: 2 ** 40 });
      await reopen();
      expect(await store.load()).toEqual({ snapshots, frames: { bootA: 7, bootB: 2 ** 40 } });
    });

    it('replaces what it has of the same rollout and boot, and leaves the rest', async () => {
      await store.save([{ rollout: 'r1', atMs: 1, evidence: 'old' }], { a: 1, b: 1 });
      await store.save([{ rollout: 'r1', atMs: 2, evidence: 'new' }], { a: 2 });
      await store.save([], { c: 9 });
      expect(await store.load()).toEqual({
        snapshots: [{ rollout: 'r1', atMs: 2, evidence: 'new' }],
        frames: { a: 2, b: 1, c: 9 },
      });
    });

    it('keeps the evidence as it was when it was saved', async () => {
      const evidence = { seen: [1] };
      const saving = store.save([{ rollout: 'r1', atMs: 1, evidence }], {});
      evidence.seen.push(2);
      await saving;
      expect((await store.load()).snapshots[0]?.evidence).toEqual({ seen: [1] });
    });

    it('stores all or nothing', async () => {
      const good = { rollout: 'r1', atMs: 1, evidence: 1 };
      await expect(
        store.save([good, { rollout: 'r2', atMs: 1, evidence: Number.NaN }], { a: 1 }),
      ).rejects.toThrow(/NaN/);
      expect(await store.load()).toEqual({ snapshots: [], frames: {} });
    });

    const change = (rollout: string, more: Partial<EvidenceChange> = {}): EvidenceChange => ({
      rollout,
      atMs: 1,
      evidence: rollout,
      ...more,
    });

    it('keeps lines in their order, however often they are saved, and gives them out in parts', async () => {
      await store.save([change('r1', { lines: { from: 0, texts: ['a', 'b 👩🏽‍🚀'] } }), change('r2')], {});
      await store.save([change('r1', { lines: { from: 2, texts: ['c'] } })], {});
      // As after a save of which nobody heard whether it had happened.
      await store.save([change('r1', { lines: { from: 1, texts: ['b 👩🏽‍🚀', 'c', 'd'] } })], {});
      await reopen();
      expect(await store.lines('r1', 0, 100)).toEqual(['a', 'b 👩🏽‍🚀', 'c', 'd']);
      expect(await store.lines('r1', 1, 2)).toEqual(['b 👩🏽‍🚀', 'c']);
      expect(await store.lines('r1', 4, 100)).toEqual([]);
      expect(await store.lines('r2', 0, 100)).toEqual([]);
      expect(await store.lines('unknown', 0, 100)).toEqual([]);
    });

    it('keeps marks by rollout and digest', async () => {
      const mark = { digest: digestOf(1), settled: 7, open: ['x', '{"y":"é"}'] };
      const other = { digest: digestOf(2), settled: 0, open: [] };
      await store.save([change('r1', { marks: [mark, other] })], {});
      await store.save([change('r1', { marks: [mark] })], {});
      await reopen();
      expect(await store.mark('r1', mark.digest)).toEqual(mark);
      expect(await store.mark('r1', other.digest)).toEqual(other);
      expect(await store.mark('r1', digestOf(3))).toBeNull();
      expect(await store.mark('r2', mark.digest)).toBeNull();
    });

    it('stores neither line, mark nor end when a part of the save cannot be stored', async () => {
      const whole = {
        lines: { from: 0, texts: ['a'] },
        marks: [{ digest: digestOf(1), settled: 1, open: [] }],
      };
      await expect(
        store.save([change('r1', { ...whole, isEnded: true }), change('r2', { evidence: Number.NaN })], {}),
      ).rejects.toThrow(/NaN/);
      expect(await store.lines('r1', 0, 10)).toEqual([]);
      expect(await store.mark('r1', digestOf(1))).toBeNull();
      expect(await store.snapshot('r1')).toBeNull();
    });

    it('keeps the last snapshot and the lines of an ended rollout, and does not load it any more', async () => {
      await store.save([change('r1', { lines: { from: 0, texts: ['a'] } }), change('r2')], { boot: 1 });
      await store.save([change('r1', { atMs: 5, evidence: 'last', isEnded: true })], {});
      await store.save([change('r1', { atMs: 5, evidence: 'last', isEnded: true })], {});
      await reopen();
      expect(await store.load()).toEqual({
        snapshots: [{ rollout: 'r2', atMs: 1, evidence: 'r2' }],
        frames: { boot: 1 },
      });
      expect(await store.snapshot('r1')).toEqual({ rollout: 'r1', atMs: 5, evidence: 'last' });
      expect(await store.snapshot('r2')).toEqual({ rollout: 'r2', atMs: 1, evidence: 'r2' });
      expect(await store.snapshot('r3')).toBeNull();
      expect(await store.lines('r1', 0, 10)).toEqual(['a']);
    });

    it(`keeps the ${keptEnded} rollouts that ended last, whole, and every one that runs`, async () => {
      const mark = { digest: digestOf(1), settled: 1, open: [] };
      const whole = { lines: { from: 0, texts: ['a'] }, marks: [mark] };
      await store.save([change('runs', whole)], {});
      const name = (n: number): string => `r${n}`;
      for (let n = 0; n < keptEnded + 3; n++)
        await store.save([change(name(n), { ...whole, isEnded: true })], {});
      await reopen();
      for (let n = 0; n < keptEnded + 3; n++) {
        const isKept = n >= 3;
        expect((await store.snapshot(name(n))) !== null).toBe(isKept);
        expect((await store.lines(name(n), 0, 10)).length).toBe(isKept ? 1 : 0);
        expect((await store.mark(name(n), mark.digest)) !== null).toBe(isKept);
      }
      expect(await store.lines('runs', 0, 10)).toEqual(['a']);
      expect((await store.load()).snapshots).toHaveLength(1);
    });

    it('keeps the traffic of each lane as it was saved last, over a restart and whatever rollouts do', async () => {
      const history = { hours: [{ hour: 472_000, requests: 2 ** 40, coveredMs: 0.25 }], note: 'é 👩🏽‍🚀' };
      const lane = (environment: string, service: string, of: unknown) => ({
        environment,
        service,
        history: of,
      });
      expect(await store.traffic()).toEqual([]);
      await store.saveTraffic([lane('staging', 'spam', 'old'), lane('production', 'spam', 1)]);
      const saving = store.saveTraffic([lane('staging', 'spam', history), lane('production', 'ham', null)]);
      history.hours.length = 0;
      await saving;
      await store.saveTraffic([]);
      await store.save([change('r1', { isEnded: true })], { boot: 1 });
      await reopen();
      expect(await store.traffic()).toEqual([
        lane('production', 'ham', null),
        lane('production', 'spam', 1),
        lane('staging', 'spam', {
          ...history,
          hours: [{ hour: 472_000, requests: 2 ** 40, coveredMs: 0.25 }],
        }),
      ]);
      await expect(
        store.saveTraffic([lane('production', 'spam', 2), lane('production', 'ham', Number.NaN)]),
      ).rejects.toThrow(/NaN/);
      expect((await store.traffic())[1]).toEqual(lane('production', 'spam', 1));
      expect((await store.load()).snapshots).toEqual([]);
    });

    it('refuses everything once closed, and may be closed twice', async () => {
      await store.close();
      await store.close();
      await expect(store.load()).rejects.toMatchObject({ code: 'state-unwritable' });
      await expect(store.save([], {})).rejects.toMatchObject({ code: 'state-unwritable' });
      await expect(store.lines('r', 0, 1)).rejects.toMatchObject({ code: 'state-unwritable' });
      await expect(store.saveTraffic([])).rejects.toMatchObject({ code: 'state-unwritable' });
      await expect(store.traffic()).rejects.toMatchObject({ code: 'state-unwritable' });
    });
  });
}

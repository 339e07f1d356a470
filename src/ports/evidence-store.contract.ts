import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EvidenceStore } from './evidence-store.ts';

/** A store under test, and how to end it and open its contents again. */
export interface OpenedEvidenceStore {
  readonly store: EvidenceStore;
  /** Closes this one; the next sees the same contents. */
  reopen(): Promise<OpenedEvidenceStore>;
  /** Closes it and removes everything it left. */
  dispose(): Promise<void>;
}

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

    it('removes a rollout, also one it does not know', async () => {
      await store.save([{ rollout: 'r1', atMs: 1, evidence: 1 }], { a: 1 });
      await store.remove('r1');
      await store.remove('r1');
      await reopen();
      expect(await store.load()).toEqual({ snapshots: [], frames: { a: 1 } });
    });

    it('refuses everything once closed, and may be closed twice', async () => {
      await store.close();
      await store.close();
      await expect(store.load()).rejects.toMatchObject({ code: 'state-unwritable' });
      await expect(store.save([], {})).rejects.toMatchObject({ code: 'state-unwritable' });
    });
  });
}

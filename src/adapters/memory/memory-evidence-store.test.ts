import { expect, it } from 'vitest';
import { evidenceStoreContract, type OpenedEvidenceStore } from '../../ports/evidence-store.contract.ts';
import { type MemoryEvidenceStore, openMemoryEvidenceStore } from './memory-evidence-store.ts';

const opened = (store: MemoryEvidenceStore): OpenedEvidenceStore => ({
  store,
  reopen: async () => opened(store.reopen()),
  dispose: async () => await store.close(),
});

evidenceStoreContract('the evidence store in memory', async () => opened(openMemoryEvidenceStore()));

it('fails a save when told to, storing nothing, and only that one', async () => {
  const store = openMemoryEvidenceStore();
  store.failNextSave();
  await expect(store.save([], { a: 1 })).rejects.toMatchObject({ code: 'disk-full' });
  expect((await store.load()).frames).toEqual({});
  await store.save([], { a: 1 });
  expect((await store.load()).frames).toEqual({ a: 1 });
});

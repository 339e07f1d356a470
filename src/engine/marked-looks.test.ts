import { beforeEach, expect, it } from 'vitest';
import { openMemoryGateways } from '../adapters/gateways/memory-gateways.ts';
import { openMemoryEvidenceStore } from '../adapters/memory/memory-evidence-store.ts';
import { openVirtualClock } from '../adapters/memory/virtual-clock.ts';
import { planFor } from '../core/rollout/testing/lane.ts';
import type { EvidenceStore } from '../ports/evidence-store.ts';
import { openEvidenceKeeper } from './evidence-keeper.ts';
import { type Look, openMarkedLooks } from './marked-looks.ts';

const key = { service: 'spam', environment: 'production' };
const look: Look = { type: 'look', rollout: 'ro_1', stage: 0, readings: [], atMs: 0, actor: 'engine' };

let clock: ReturnType<typeof openVirtualClock>;
let told: Look[];
beforeEach(() => {
  clock = openVirtualClock();
  told = [];
});

const openOver = (store: EvidenceStore) => {
  const evidence = openEvidenceKeeper({ store, gateways: openMemoryGateways(), clock, failed: () => {} });
  evidence.open('ro_1', planFor());
  return openMarkedLooks({ evidence, clock, tell: async (_key, one) => void told.push(one) });
};

const hanging = (): EvidenceStore => ({ ...openMemoryEvidenceStore(), save: () => new Promise(() => {}) });

it('names the evidence in the look once it is stored', async () => {
  const store = openMemoryEvidenceStore();
  await openOver(store)(key, look, 'raises');
  expect(told).toHaveLength(1);
  expect(await store.mark('ro_1', told[0]!.evidenceDigest!)).not.toBeNull();
});

it('lets no look raise exposure while its evidence cannot be stored, and the next one once it can', async () => {
  const store = openMemoryEvidenceStore();
  const lookMarked = openOver(store);
  store.failNextSave();
  await lookMarked(key, look, 'raises');
  expect(told).toEqual([]);
  await lookMarked(key, look, 'raises');
  expect(told).toHaveLength(1);
});

it('waits for ever to raise exposure and a moment to reduce it when the store hangs', async () => {
  const lookMarked = openOver(hanging());
  void lookMarked(key, look, 'raises');
  void lookMarked(key, look, 'reduces');
  await clock.advance(15);
  expect(told).toEqual([]);
  await clock.advance(10);
  expect(told).toHaveLength(1);
  expect(told[0]?.evidenceDigest).toMatch(/^sha256:/);
  await clock.advance(60_000);
  expect(told).toHaveLength(1);
});

it('reduces exposure at once when the save fails', async () => {
  const store = openMemoryEvidenceStore();
  const lookMarked = openOver(store);
  store.failNextSave();
  await lookMarked(key, look, 'reduces');
  expect(told).toHaveLength(1);
});

it('sends one of the looks that come meanwhile on, not each', async () => {
  const lookMarked = openOver(openMemoryEvidenceStore());
  await Promise.all([1, 2, 3].map(() => lookMarked(key, look, 'reduces')));
  expect(told).toHaveLength(1);
});

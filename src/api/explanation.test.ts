import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EvidencePage } from './schemas/explanation.ts';
import { openTestApi, type TestApi } from './testing/open-test-api.ts';
import { serveTraffic } from './testing/serve-traffic.ts';
import { serveDemo, shipDemo, until } from './testing/ship-demo.ts';

const lane = { service: 'demo', environment: 'production' };

let api: TestApi;
let at: string;
beforeEach(async () => {
  api = await openTestApi();
  await serveDemo(api, '1.0.0', 'production');
  await shipDemo(api, '1.1.0', 'production');
  const { rollout } = await until(api, 'production', (view) => view.rollout?.stage === 1);
  at = `/lanes/production/demo/rollouts/${rollout!.order.rollout}`;
  const slice = { requests: 100, candidateBadShare: 0.6 };
  for (let index = 0; index < 4; index++)
    serveTraffic(api, 'boot-production', index + 1, { ...slice, index });
  await until(api, 'production', ({ ended }) => ended[0]?.outcome === 'rolled-back');
  // What came in after the last save is stored by the next.
  await new Promise((resolve) => setTimeout(resolve, 400));
});
afterEach(() => api.close());

it('gives the lines of the evidence in pages, whatever their size, all of them once', async () => {
  const whole = (await (await api.call(`${at}/evidence?limit=1000`)).json()) as EvidencePage;
  expect(whole.next).toBeNull();
  expect(whole.items.length).toBeGreaterThan(0);
  expect(whole.spec.guards.map(({ name }) => name)).toContain('errors');
  const items: string[] = [];
  let cursor: string | null = '0';
  while (cursor !== null) {
    const page = (await (await api.call(`${at}/evidence?limit=1&cursor=${cursor}`)).json()) as EvidencePage;
    items.push(...page.items);
    cursor = page.next;
  }
  expect(items).toEqual(whole.items);
});

it('gives the mark that the ledger names, and no other', async () => {
  const [ended] = api.engine.lane(lane).ended;
  if (ended?.cause.kind !== 'guard') throw new Error('it was not taken back by a guard');
  const digest = ended.cause.evidenceDigest!;
  expect(await (await api.call(`${at}/evidence/marks/${digest}`)).json()).toMatchObject({ digest });
  expect((await api.call(`${at}/evidence/marks/sha256:${'0'.repeat(64)}`)).status).toBe(404);
  expect((await api.call(`${at}/evidence/marks/nothing`)).status).toBe(400);
});

it('explains nothing to strangers, nor under the name of another lane', async () => {
  for (const path of ['/explanation', '/evidence']) {
    expect((await api.call(at + path)).status).toBe(200);
    expect((await api.call(at.replace('production', 'staging') + path)).status).toBe(404);
    expect((await api.call(`/lanes/production/demo/rollouts/ro_0${path}`)).status).toBe(404);
    const anonymous = await api.fetch(`http://127.0.0.1/api/v1${at}${path}`);
    expect(anonymous.status).toBe(401);
  }
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestApi, type TestApi } from './testing/open-test-api.ts';
import { serveDemo } from './testing/ship-demo.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  await serveDemo(api, '1.0.0', 'staging');
  await serveDemo(api, '1.0.1', 'production');
});
afterEach(() => api.close());

describe('events', () => {
  it('come newest first, or oldest first, each once over all pages', async () => {
    const { seq } = await api.client.ledgerHead();
    for (const order of ['newest', 'oldest'] as const) {
      const seqs: number[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${cursor}`;
        const page = (await (await api.call(`/events?limit=3&order=${order}${query}`)).json()) as {
          items: { seq: number }[];
          next: string | null;
        };
        seqs.push(...page.items.map((item) => item.seq));
        cursor = page.next;
      } while (cursor !== null);
      const all = Array.from({ length: seq }, (_, index) => index + 1);
      expect(seqs).toEqual(order === 'oldest' ? all : all.reverse());
    }
  });

  it('are filtered by service, environment, rollout and time', async () => {
    const staging = await api.client.events({ environment: 'staging' });
    expect(staging.length).toBeGreaterThan(2);
    expect(new Set(staging.map(({ environment }) => environment))).toEqual(new Set(['staging']));
    const rollout = api.engine.lane({ service: 'demo', environment: 'production' }).ended[0]!.order.rollout;
    const about = await api.client.events({ rollout });
    expect(about.map(({ type }) => type)).toContain('rollout.started');
    expect(about.every(({ environment }) => environment === 'production')).toBe(true);
    expect(await api.client.events({ service: 'nothing' })).toEqual([]);
    expect(await api.client.events({ since: Date.now() + 120_000 })).toEqual([]);
    expect(await api.client.events({ since: 0, limit: 2 })).toHaveLength(2);
  });
});

describe('the ledger', () => {
  it('verifies, and names its head', async () => {
    const verdict = await api.client.verifyLedger();
    expect(verdict).toMatchObject({ ok: true, head: await api.client.ledgerHead() });
  });

  it('that cannot be written answers with a status that says to try again', async () => {
    api.ledger.failNextAppend('before');
    const response = await api.post('/keys', { id: 'app' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'ledger-unavailable' });
  });
});

describe('API keys', () => {
  it('are shown once; what is stored is only their hash', async () => {
    const { key } = await api.client.createKey('app');
    expect(await api.client.keys()).toMatchObject([{ id: 'app', createdBy: 'admin (jane)' }]);
    const listed = JSON.stringify([await api.client.keys(), await api.client.events()]);
    expect(listed).not.toContain(key);
    await expect(api.client.createKey('app')).rejects.toMatchObject({ code: 'not-now' });
    await api.client.revokeKey('app');
    expect(await api.client.keys()).toEqual([]);
    await expect(api.client.revokeKey('app')).rejects.toMatchObject({ code: 'not-found' });
  });
});

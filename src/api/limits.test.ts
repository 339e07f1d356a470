import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLimits } from '../config/load-limits.ts';
import { openTestApi, type TestApi } from './testing/open-test-api.ts';
import { serveDemo } from './testing/ship-demo.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  await serveDemo(api, '1.0.0', 'production');
});
afterEach(() => api.close());

const { limits } = readLimits(
  'total: { inFlight: 9 }\nkeys: { requests: 60/m }\ntiers: [{ name: gold, keys: [app], requests: 9/s }]',
  'limits.yaml',
);
const table = (environment: string) => api.gateways.pushed.findLast((one) => one.environment === environment);

describe('limits of an environment', () => {
  it('are in the ledger with who set them, and in a newer table of that environment alone', async () => {
    const before = { production: table('production'), staging: table('staging') };
    expect(await api.client.limits('production')).toEqual({
      environment: 'production',
      limits: null,
      setAtMs: null,
      setBy: null,
      standings: [],
    });
    expect(await api.client.setLimits('production', limits)).toMatchObject({ limits, setBy: 'admin (jane)' });
    expect(await api.client.limits('production')).toMatchObject({ limits });
    expect((await api.client.events({ limit: 1 }))[0]).toMatchObject({
      type: 'limits.set',
      data: { environment: 'production', limits },
    });
    expect(table('production')?.limits).toEqual(limits);
    expect(table('production')!.generation.seq).toBeGreaterThan(before.production!.generation.seq);
    expect(table('staging')?.limits).toBeUndefined();
    await api.client.setLimits('production', null);
    expect(table('production')?.limits).toBeUndefined();
  });

  it('are refused for an environment that is not there, and when they make no sense', async () => {
    await expect(api.client.setLimits('nowhere', limits)).rejects.toMatchObject({ code: 'not-found' });
    for (const wrong of [
      { ...limits, total: { rates: {}, inFlight: 0 } },
      { ...limits, total: { rates: { requests: { perSecond: -1, burst: 1 } }, inFlight: null } },
      { ...limits, total: { rates: { requests: { perSecond: 1, burst: Number.NaN } }, inFlight: null } },
      { ...limits, extra: 1 },
      {},
    ]) {
      const response = await api.call('/environments/production/limits', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ limits: wrong }),
      });
      expect([response.status, JSON.stringify(wrong)]).toEqual([400, JSON.stringify(wrong)]);
    }
    expect((await api.client.limits('production')).limits).toBeNull();
  });
});

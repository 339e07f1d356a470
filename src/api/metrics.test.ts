import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Measures } from '../core/telemetry/measures.ts';
import { openTestApi, testMetricsToken, testToken } from './testing/open-test-api.ts';

const measures = (startedAtMs: number, value: number): Measures => ({
  families: [{ name: 'tidegate_things', kind: 'counter', help: 'Things.', series: [{ labels: {}, value }] }],
  live: {
    startedAtMs,
    inFlight: 3,
    ratePerSecond: 1.5,
    connections: 2,
    residentBytes: 1_000,
    leaseAgeMs: null,
    addresses: [],
    addressesLeftOut: 0,
  },
});

describe('GET /metrics', () => {
  let api: Awaited<ReturnType<typeof openTestApi>>;
  beforeAll(async () => {
    api = await openTestApi();
    api.gateways.setMeasures('boot-production', measures(1_000, 5));
  });
  afterAll(() => api.close());
  const scrape = (headers: Record<string, string>) => api.fetch('http://127.0.0.1/metrics', { headers });

  it('needs a token', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'tidegate_session=x' }]) {
      const answer = await scrape(headers as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await answer.text()).not.toContain('tidegate_things');
    }
  });

  it.each([testToken, testMetricsToken])('is read with %s', async (token) => {
    const answer = await scrape({ authorization: `Bearer ${token}` });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    expect(text).toContain('tidegate_things_total{environment="production",gateway="production-memory"} 5\n');
    expect(text).toContain('tidegate_gateway_up{environment="staging",gateway="staging-memory"} 0\n');
    expect(text).toContain('tidegate_gateway_up{environment="production",gateway="production-memory"} 1\n');
  });

  it('has a token that opens nothing else', async () => {
    const authorization = `Bearer ${testMetricsToken}`;
    for (const path of ['/api/v1/lanes', '/api/v1/gateways', '/api/v1/keys', '/api/v1/info'])
      expect((await api.fetch(`http://127.0.0.1${path}`, { headers: { authorization } })).status).toBe(401);
    const login = await api.fetch('http://127.0.0.1/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: testMetricsToken }),
    });
    expect(login.status).toBe(401);
  });

  it('speaks OpenMetrics to those who ask for it first', async () => {
    const authorization = `Bearer ${testToken}`;
    const asks = async (accept: string) =>
      (await scrape({ authorization, accept })).headers.get('content-type');
    expect(
      await asks('application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3'),
    ).toMatch(/^application\/openmetrics-text; version=1.0.0/);
    expect(await asks('application/openmetrics-text;version=2.0.0,*/*')).toMatch(/^text\/plain/);
    expect(await asks('application/vnd.google.protobuf;proto=x,text/plain')).toMatch(/^text\/plain/);
  });

  it('names a gateway once while a new process takes its place', async () => {
    api.gateways.connect('production', 'boot-newer');
    api.gateways.setMeasures('boot-newer', measures(2_000, 1));
    const text = await (await scrape({ authorization: `Bearer ${testToken}` })).text();
    expect(text.match(/^tidegate_things_total.*$/gm)).toEqual([
      'tidegate_things_total{environment="production",gateway="production-memory"} 1',
    ]);
    // Whichever of them connected first.
    api.gateways.setMeasures('boot-newer', measures(500, 1));
    const again = await (await scrape({ authorization: `Bearer ${testToken}` })).text();
    expect(again.match(/^tidegate_things_total.*$/gm)).toEqual([
      'tidegate_things_total{environment="production",gateway="production-memory"} 5',
    ]);
    api.gateways.lose('boot-newer');
  });

  it('beside it the API shows what each process does now', async () => {
    const live = await api.client.liveGateways();
    expect(live.map(({ environment, live: state }) => [environment, state?.inFlight ?? null])).toEqual([
      ['staging', null],
      ['production', 3],
    ]);
  });
});

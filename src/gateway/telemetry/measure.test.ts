import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../core/limits/limits.ts';
import type { Measures } from '../../core/telemetry/measures.ts';
import type { SeriesFamily } from '../../core/telemetry/series-family.ts';
import { POLICY } from '../cache/testing/cache-policy.ts';
import { capturePolicy } from '../capture/testing/capture-policy.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { type ModelServer, startModelServer } from '../testing/model-server.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

describe('what a gateway counts about itself', () => {
  let harness: Harness;
  const upstreams: TestUpstream[] = [];
  beforeEach(async () => {
    harness = await startHarness();
  });
  afterEach(async () => {
    await harness.remove();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });
  const start = async (answer: Parameters<typeof startUpstream>[0]): Promise<TestUpstream> => {
    const upstream = await startUpstream(answer);
    upstreams.push(upstream);
    return upstream;
  };
  const measure = async (): Promise<Measures> => (await harness.link.measure(5_000))[0]!.measures!;
  const infer = () => harness.ask('/v2/models/spam/infer', { method: 'POST', body: '{}' });
  const sick: Parameters<typeof startUpstream>[0] = (_, res) => void res.writeHead(500).end('sick');

  it('requests by release, ending and status, and how long they took', async () => {
    const [good, bad] = [await start('good'), await start(sick)];
    await harness.push(
      tableWith(1, [
        serviceWith({ stable: stableAt(good.address) }),
        serviceWith({ service: 'ill', stable: stableAt(bad.address) }),
      ]),
    );
    for (let n = 0; n < 3; n += 1) await infer();
    await harness.ask('/v2/models/ill/infer', { method: 'POST', body: '{}' });
    await harness.ask('/v2/models/unheard-of/infer', { method: 'POST', body: '{}' });
    const { families } = await measure();
    expect(sumOf(families, 'tidegate_requests', { service: 'spam', ending: 'complete', status: '2xx' })).toBe(
      3,
    );
    expect(sumOf(families, 'tidegate_requests', { service: 'ill', status: '5xx', track: 'stable' })).toBe(1);
    expect(sumOf(families, 'tidegate_requests_refused', { reason: 'service-unknown' })).toBe(1);
    expect(familyOf(families, 'tidegate_requests').series.map(({ labels }) => labels.release)).toEqual([
      '1.0.0@aaaaaaaaaaaa',
      '1.0.0@aaaaaaaaaaaa',
    ]);
    const [duration] = familyOf(families, 'tidegate_request_duration_seconds').series.filter(
      ({ labels }) => labels.service === 'spam',
    );
    expect(duration!.counts!.reduce((sum, count) => sum + count)).toBe(3);
    expect(duration!.value).toBeGreaterThan(0);
    expect(duration!.value).toBeLessThan(60);
  });

  it('answers out of the cache, budgets, who was refused for one, and captures', async () => {
    const good = await start('good');
    const everything = { scope: 'total' } as const;
    const budget = { per: 'month', zone: 'UTC', atPercent: [100], action: 'warn' } as const;
    await harness.push(
      tableWith(
        1,
        [
          serviceWith({
            protocol: 'http',
            stable: stableAt(good.address),
            cache: { ...POLICY, isCoalescing: true },
            capture: capturePolicy(),
          }),
        ],
        {
          limits: {
            total: UNLIMITED,
            services: {},
            keys: UNLIMITED,
            tiers: [],
            queue: { waiting: 1, waitMs: 100 },
            budgets: [
              { ...budget, name: 'all', of: everything, unit: 'usd', amount: 2_500_000_000 },
              { ...budget, name: 'none', of: { scope: 'key', name: 'nobody' }, unit: 'tokens', amount: 7 },
            ],
          },
        },
      ),
    );
    for (let n = 0; n < 3; n += 1) await harness.ask('/services/spam/x');
    await until(() => harness.gateway.counts().payloads.stored === 3, 20_000);
    const { families } = await measure();
    expect(sumOf(families, 'tidegate_cache_requests', { outcome: 'miss' })).toBe(1);
    expect(sumOf(families, 'tidegate_cache_requests', { outcome: 'hit' })).toBe(2);
    expect(sumOf(families, 'tidegate_cache_answers', {})).toBe(1);
    expect(sumOf(families, 'tidegate_budget_amount', { budget: 'all', unit: 'usd' })).toBe(2.5);
    expect(sumOf(families, 'tidegate_budget_spent', { budget: 'none', unit: 'tokens' })).toBe(0);
    expect(sumOf(families, 'tidegate_budget_ends_timestamp_seconds', { budget: 'all' })).toBeGreaterThan(
      Date.now() / 1000,
    );
    expect(sumOf(families, 'tidegate_requests_refused', { reason: 'budget-spent' })).toBe(0);
    expect(sumOf(families, 'tidegate_payloads_stored', {})).toBe(3);
  });

  it('rescues, mirrored copies and dropped ones', async () => {
    const [good, bad] = [await start('good'), await start(sick)];
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(good.address),
          candidate: candidateAt([bad.address], { share: 0.5, mirrorShare: 1 }),
        }),
      ]),
    );
    for (let n = 0; n < 20; n += 1) expect((await infer()).status).toBe(200);
    const { families } = await measure();
    const rescued = sumOf(families, 'tidegate_rescues', { track: 'candidate' });
    expect(rescued).toBeGreaterThan(0);
    expect(sumOf(families, 'tidegate_requests', { track: 'stable' })).toBe(20);
    await until(
      async () =>
        sumOf((await measure()).families, 'tidegate_mirrored_requests', { track: 'shadow' }) === 20 - rescued,
    );
    expect(sumOf(families, 'tidegate_mirror_drops', { track: 'shadow' })).toBe(0);
  });

  it('second attempts, ejected addresses by name, and fallbacks', async () => {
    const [good, bad] = [await start('good'), await start((_, res) => void res.writeHead(503).end())];
    const care = {
      retryShare: 1,
      ejection: { consecutive: 3, failedShare: 0.5, windowMs: 10_000, restMs: 60_000 },
      slowStartMs: 0,
    };
    await harness.push(
      tableWith(1, [
        serviceWith({ stable: stableAt(good.address, bad.address), care }),
        serviceWith({ service: 'leaning', stable: stableAt(bad.address), fallback: ['spam'] }),
      ]),
    );
    for (let n = 0; n < 12; n += 1) await infer();
    await harness.ask('/v2/models/leaning/infer', { method: 'POST', body: '{}' });
    const { families, live } = await measure();
    expect(sumOf(families, 'tidegate_retries', { service: 'spam' })).toBe(3);
    expect(sumOf(families, 'tidegate_fallbacks', { service: 'leaning' })).toBe(1);
    const bads = { service: 'spam', address: bad.address };
    expect(sumOf(families, 'tidegate_address_ejections', bads)).toBe(1);
    expect(sumOf(families, 'tidegate_address_standing', { ...bads, standing: 'ejected' })).toBe(1);
    expect(sumOf(families, 'tidegate_address_standing', { ...bads, standing: 'in' })).toBe(0);
    expect(live.addresses.map(({ service, address, standing }) => [service, address, standing])).toEqual([
      ['spam', good.address, 'in'],
      ['spam', bad.address, 'ejected'],
      ['leaning', bad.address, 'ejected'],
    ]);
  });

  it('an address that takes no connection is refusing, a fresh one starts slowly', async () => {
    const good = await start('good');
    const gone = await start('gone');
    await gone.close();
    upstreams.pop();
    const care = { retryShare: 1, ejection: null, slowStartMs: 60_000 };
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(good.address, gone.address), care })]));
    await until(async () => {
      await infer();
      return (await measure()).live.addresses[1]!.standing === 'refusing';
    });
    expect((await measure()).live.addresses[0]!.standing).toBe('slow-start');
  });

  it('tokens, times and first tokens of models under the names of OpenTelemetry', async () => {
    const model: ModelServer = await startModelServer();
    try {
      await harness.push(
        tableWith(1, [
          serviceWith({
            service: 'chat',
            protocol: 'openai',
            stable: { ...stableAt(model.address), provider: { name: 'vllm', model: 'llama-3' } },
          }),
        ]),
      );
      const chat = (path: string, body: object) =>
        harness.ask(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'chat', messages: [], ...body }),
        });
      expect((await chat('/v1/chat/completions', {})).status).toBe(200);
      await chat('/v1/chat/completions', { stream: true, stream_options: { include_usage: true } });
      model.mode = 'busy';
      await chat('/v1/chat/completions', {});
      const { families } = await measure();
      const labels = {
        gen_ai_operation_name: 'chat',
        gen_ai_provider_name: 'vllm',
        gen_ai_request_model: 'llama-3',
      };
      const duration = familyOf(families, 'gen_ai_client_operation_duration_seconds').series;
      expect(duration.map((one) => [one.labels.error_type, total(one)])).toEqual([
        [undefined, 2],
        ['4xx', 1],
      ]);
      expect(duration[0]!.labels).toMatchObject(labels);
      const tokens = familyOf(families, 'gen_ai_client_token_usage').series;
      expect(tokens.map((one) => [one.labels.gen_ai_token_type, one.value])).toEqual([
        ['input', 22],
        ['output', 14],
      ]);
      expect(total(familyOf(families, 'gen_ai_server_time_to_first_token_seconds').series[0]!)).toBe(1);
    } finally {
      await model.close();
    }
  });

  it('has no label that a client chooses', async () => {
    const good = await start('good');
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(good.address), protocol: 'http' })]));
    for (const path of ['/services/spam/secret-one?key=secret-two', '/services/secret-three/'])
      await harness.ask(path, {
        headers: { authorization: 'Bearer secret-four', traceparent: 'secret-five' },
      });
    expect(JSON.stringify((await measure()).families)).not.toContain('secret');
  });

  it('says of the process itself what it uses, and how old its lease is', async () => {
    const good = await start('good');
    await harness.push(tableWith(7, [serviceWith({ stable: stableAt(good.address) })]));
    await infer();
    const { families, live } = await measure();
    expect(sumOf(families, 'tidegate_gateway_generation', { part: 'seq' })).toBe(7);
    expect(sumOf(families, 'tidegate_gateway_lease_age_seconds', {})).toBeLessThan(10);
    expect(sumOf(families, 'process_resident_memory_bytes', {})).toBeGreaterThan(1_000_000);
    expect(sumOf(families, 'tidegate_gateway_linked', {})).toBe(1);
    expect(live.connections).toBeGreaterThan(0);
    expect(Math.abs(live.startedAtMs - Date.now())).toBeLessThan(600_000);
    expect(live.inFlight).toBe(0);
  });

  it('tells of a hundred releases, those that were asked last, and counts the others', async () => {
    const good = await start('good');
    const services = Array.from({ length: 120 }, (_, n) =>
      serviceWith({ service: `s${n}`, stable: stableAt(good.address) }),
    );
    await harness.push(tableWith(1, services));
    await harness.ask('/v2/models/s119/infer', { method: 'POST', body: '{}' });
    const { families } = await measure();
    expect(familyOf(families, 'tidegate_retries').series).toHaveLength(100);
    expect(sumOf(families, 'tidegate_requests', { service: 's119' })).toBe(1);
    expect(sumOf(families, 'tidegate_telemetry_left_out', { what: 'tracks' })).toBe(20);
  });
});

function familyOf(families: readonly SeriesFamily[], name: string): SeriesFamily {
  const found = families.find((family) => family.name === name);
  if (found === undefined) throw new Error(`there is no family ${name}`);
  return found;
}

/** The sum of the series with these labels. */
const sumOf = (families: readonly SeriesFamily[], name: string, labels: Record<string, string>): number =>
  familyOf(families, name)
    .series.filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);

const total = ({ counts = [] }: { counts?: readonly number[] }): number =>
  counts.reduce((sum, count) => sum + count, 0);

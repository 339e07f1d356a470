import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness, until } from '../../testing/harness.ts';
import { startModelServer } from '../../testing/model-server.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../../testing/table.ts';
import { startUpstream, type TestUpstream } from '../../testing/upstream.ts';
import { type Collector, startCollector } from '../testing/collector.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const SERVER = 2;
const CLIENT = 3;

describe('spans of requests', () => {
  let collector: Collector;
  let harness: Harness;
  const upstreams: TestUpstream[] = [];
  const start = async (answer: Parameters<typeof startUpstream>[0]): Promise<TestUpstream> => {
    const upstream = await startUpstream(answer);
    upstreams.push(upstream);
    return upstream;
  };
  const begin = async (sampleShare: number, headers: Record<string, string> = {}): Promise<void> => {
    harness = await startHarness({
      telemetry: { makesTraces: true, sampleShare, spans: { endpoint: collector.endpoint, headers } },
    });
  };
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(async () => {
    await harness.remove();
    await collector.close();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });
  const ask = (target: string, headers: Record<string, string> = {}) =>
    harness.ask(target, { method: 'POST', body: '{"secret":"in-body"}', headers });

  it('say what the gateway did and whom it asked, and hold nothing that is private', async () => {
    await begin(1);
    const upstream = await start('good');
    await harness.push(
      tableWith(1, [
        serviceWith({ stable: stableAt(upstream.address) }),
        serviceWith({
          service: 'plain',
          protocol: 'http',
          repeatable: true,
          stable: stableAt(upstream.address),
        }),
      ]),
    );
    const answer = await ask('/v2/models/spam/infer?key=in-query', {
      traceparent: `00-${TRACE}-${PARENT}-01`,
      authorization: 'Bearer in-key',
      cookie: 'session=in-cookie',
    });
    await ask('/services/plain/people/in-path?key=in-query');
    await until(() => collector.spans.length === 4);
    expect(collector.faults).toEqual([]);
    const own = collector.spans.find(({ parentSpanId }) => parentSpanId === PARENT)!;
    expect(own).toMatchObject({
      traceId: TRACE,
      kind: SERVER,
      name: 'POST /v2/models/{service}/*',
      status: undefined,
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': 200,
        'http.route': '/v2/models/{service}/*',
        'url.path': '/v2/models/spam/infer',
        'tidegate.invocation': answer.headers['tidegate-invocation'],
        'tidegate.service': 'spam',
        'tidegate.track': 'stable',
        'tidegate.release': '1.0.0@aaaaaaaaaaaa',
        'tidegate.ending': 'complete',
      },
    });
    const client = collector.spans.find(({ parentSpanId }) => parentSpanId === own.spanId)!;
    expect(client).toMatchObject({
      kind: CLIENT,
      attributes: { 'server.port': upstream.port, 'server.address': '127.0.0.1' },
    });
    expect(client.startNano).toBeGreaterThanOrEqual(own.startNano);
    expect(client.endNano).toBeLessThanOrEqual(own.endNano);
    const text = JSON.stringify(collector.spans, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    for (const secret of ['in-body', 'in-query', 'in-key', 'in-cookie', 'in-path'])
      expect(text).not.toContain(secret);
    expect(collector.resources[0]).toMatchObject({
      'service.name': 'tidegate-gateway',
      'deployment.environment.name': 'production',
    });
  });

  it('show both releases of a rescue, the failed one as failed', async () => {
    await begin(1);
    const [good, bad] = [await start('good'), await start((_, res) => void res.writeHead(500).end())];
    await harness.push(
      tableWith(1, [
        serviceWith({ stable: stableAt(good.address), candidate: candidateAt([bad.address], { share: 1 }) }),
      ]),
    );
    await ask('/v2/models/spam/infer');
    await until(() => collector.spans.length === 3);
    const own = collector.spans.find(({ kind }) => kind === SERVER)!;
    expect(own.parentSpanId).toBeUndefined();
    expect(own.attributes['tidegate.rescued']).toBe(true);
    expect(own.status).toBeUndefined();
    const asked = collector.spans
      .filter(({ kind }) => kind === CLIENT)
      .map(({ attributes, status, parentSpanId }) => [
        attributes['tidegate.track'],
        attributes['http.response.status_code'],
        attributes['error.type'],
        status,
        parentSpanId === own.spanId,
      ]);
    expect(asked).toEqual([
      ['candidate', 500, '500', 2, true],
      ['stable', 200, undefined, undefined, true],
    ]);
  });

  it('give the release the span of its own call for a parent', async () => {
    await begin(1);
    const parents: string[] = [];
    const upstream = await start((req, res) => {
      parents.push(String(req.headers.traceparent).split('-')[2]!);
      res.end();
    });
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(upstream.address) })]));
    await ask('/v2/models/spam/infer');
    await until(() => collector.spans.length === 2);
    expect(parents).toEqual(
      collector.spans.filter(({ kind }) => kind === CLIENT).map(({ spanId }) => spanId),
    );
  });

  it('name the model, the work and the tokens as the conventions do', async () => {
    await begin(1);
    const model = await startModelServer();
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
      const body = JSON.stringify({ model: 'chat', messages: [] });
      await harness.ask('/v1/chat/completions', { method: 'POST', body });
      await until(() => collector.spans.length === 2);
      expect(collector.spans.map(({ name }) => name)).toEqual(['POST /v1/chat/completions', 'chat llama-3']);
      expect(collector.spans[1]!.attributes).toMatchObject({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'vllm',
        'gen_ai.request.model': 'llama-3',
        'gen_ai.usage.input_tokens': 11,
        'gen_ai.usage.output_tokens': 7,
      });
    } finally {
      await model.close();
    }
  });

  it('are made of what is sampled alone', async () => {
    await begin(0);
    const upstream = await start('good');
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(upstream.address) })]));
    for (let n = 0; n < 5; n += 1) await ask('/v2/models/spam/infer');
    await ask('/v2/models/spam/infer', { traceparent: `00-${TRACE}-${PARENT}-00` });
    await ask('/v2/models/spam/infer', { traceparent: `00-${TRACE}-${PARENT}-01` });
    await until(() => collector.spans.length === 2);
    await harness.gateway.drain(2_000);
    expect(collector.spans).toHaveLength(2);
  });

  it('carry a key that the gateway reads from a file, and count themselves', async () => {
    const upstream = await start('good');
    const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-otlp-'));
    const keyFile = path.join(directory, 'key');
    await writeFile(keyFile, 'from-file\n');
    await begin(1, { 'x-key': `file:${keyFile}`, Authorization: `file:${keyFile}` });
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(upstream.address) })]));
    await ask('/v2/models/spam/infer');
    await until(() => collector.headers.length === 1);
    expect(collector.headers[0]!['x-key']).toBe('from-file');
    expect(collector.headers[0]!.authorization).toBe('Bearer from-file');
    await until(async () => {
      const [measured] = await harness.link.measure(2_000);
      const spans = measured!.measures!.families.find(({ name }) => name === 'tidegate_spans')!;
      return spans.series[0]!.value === 2;
    });
    await rm(directory, { recursive: true });
  });

  it('cost users nothing when the collector is dead', async () => {
    await begin(1);
    const endpointIsGone = collector.close();
    const upstream = await start('good');
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(upstream.address) })]));
    await endpointIsGone;
    collector = await startCollector();
    const times: number[] = [];
    for (let n = 0; n < 200; n += 1) {
      const sinceMs = performance.now();
      expect((await ask('/v2/models/spam/infer')).status).toBe(200);
      times.push(performance.now() - sinceMs);
    }
    expect(times.sort((a, b) => a - b)[100]).toBeLessThan(100);
    expect(harness.complaints.filter(({ message }) => message.includes('spans')).length).toBeLessThanOrEqual(
      1,
    );
  });
});

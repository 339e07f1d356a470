import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './testing/harness.ts';
import { serviceWith, stableAt, tableWith } from './testing/table.ts';
import { startUpstream, type TestUpstream } from './testing/upstream.ts';

describe('protocols', () => {
  let harness: Harness;
  let upstream: TestUpstream;
  beforeEach(async () => {
    harness = await startHarness();
  });
  afterEach(async () => {
    await harness.remove();
    await upstream.close();
  });
  const serve = async (
    protocol: 'open-inference' | 'http',
    answer: Parameters<typeof startUpstream>[0],
  ): Promise<void> => {
    upstream = await startUpstream(answer);
    await harness.push(tableWith(1, [serviceWith({ protocol, stable: stableAt(upstream.address) })]));
  };

  describe('Open Inference', () => {
    const metadata = { name: 'spam', versions: ['1'], platform: 'test', inputs: [], outputs: [] };
    const ways = ['', '/versions/1'];
    const small = (protocol = 'open-inference' as const) =>
      serve(protocol, (req, res, body) => {
        const json = (value: unknown): void => {
          res.setHeader('content-type', 'application/json');
          res.end(JSON.stringify(value));
        };
        const path = req.url!.replace('/v2/models/spam', '').replace('/versions/1', '');
        if (req.method === 'GET' && path === '') json(metadata);
        else if (req.method === 'GET' && path === '/ready') json({ ready: true });
        else if (path === '/infer' && req.headers['inference-header-content-length'] !== undefined) {
          res.setHeader('inference-header-content-length', req.headers['inference-header-content-length']);
          res.end(body);
        } else if (path === '/infer')
          json({ model_name: 'spam', outputs: JSON.parse(body.toString()).inputs });
        else res.writeHead(404).end();
      });

    it('tells of the server, and that it is alive and ready', async () => {
      await small();
      const asked = async (path: string): Promise<unknown> => JSON.parse((await harness.ask(path)).body);
      expect(await asked('/v2')).toEqual({ name: 'tidegate', version: '2', extensions: [] });
      expect(await asked('/v2/health/live')).toEqual({ live: true });
      expect(await asked('/v2/health/ready')).toEqual({ ready: true });
      expect(upstream.requests).toBe(0);
    });

    it('is alive, but not ready, before it has routes', async () => {
      await small();
      const fresh = await startHarness();
      expect((await fresh.ask('/v2/health/live')).status).toBe(200);
      expect((await fresh.ask('/v2/health/ready')).status).toBe(503);
      await fresh.remove();
    });

    it.each(ways)('asks the model for readiness, metadata and inference at "%s"', async (version) => {
      await small();
      const at = `/v2/models/spam${version}`;
      expect(JSON.parse((await harness.ask(at)).body)).toEqual(metadata);
      expect(JSON.parse((await harness.ask(`${at}/ready`)).body)).toEqual({ ready: true });
      const inputs = [{ name: 'x', shape: [1], datatype: 'INT64', data: [12345678901234] }];
      const answer = await harness.ask(`${at}/infer`, { method: 'POST', body: JSON.stringify({ inputs }) });
      expect(JSON.parse(answer.body)).toEqual({ model_name: 'spam', outputs: inputs });
    });

    it('passes binary tensors on byte by byte', async () => {
      await small();
      const bytes = Buffer.from(Array.from({ length: 4096 }, (_, n) => (n * 7) % 256));
      const answer = await new Promise<{ bytes: Buffer; header: unknown }>((resolve, reject) => {
        const req = request(`${harness.gateway.address}/v2/models/spam/infer`, {
          method: 'POST',
          headers: {
            'inference-header-content-length': '100',
            'content-type': 'application/octet-stream',
          },
        });
        req.on('error', reject);
        req.on('response', (res) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('end', () =>
            resolve({ bytes: Buffer.concat(chunks), header: res.headers['inference-header-content-length'] }),
          );
        });
        req.end(bytes);
      });
      expect(answer.bytes.equals(bytes)).toBe(true);
      expect(answer.header).toBe('100');
    });
  });

  describe('plain HTTP', () => {
    it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
      'sends %s to any path as it is',
      async (method) => {
        const path = '/a%20b/c;d=1//e/?q=1&q=%2F&r=%E2%82%AC';
        await serve('http', (req, res, body) => {
          res.end(`${req.method} ${req.url} ${body}`);
        });
        const answer = await harness.ask(`/services/spam${path}`, {
          method: method as 'GET',
          ...(method !== 'GET' && method !== 'OPTIONS' && { body: 'said' }),
        });
        expect(answer.body).toBe(
          `${method} ${path} ${method === 'GET' || method === 'OPTIONS' ? '' : 'said'}`,
        );
      },
    );

    it('has a root', async () => {
      await serve('http', (req, res) => void res.end(req.url));
      expect((await harness.ask('/services/spam')).body).toBe('/');
      expect((await harness.ask('/services/spam/')).body).toBe('/');
    });

    it('gives back status, headers and redirects as they are', async () => {
      await serve('http', (req, res) => {
        if (req.url === '/moved') res.writeHead(307, { location: 'https://elsewhere.example/x' }).end();
        else if (req.url === '/nothing') res.writeHead(204).end();
        else if (req.url === '/same') res.writeHead(304, { etag: '"x"' }).end();
        else res.writeHead(418, { 'set-cookie': ['a=1', 'b=2'], 'x-a': 'b' }).end('teapot');
      });
      const moved = await harness.ask('/services/spam/moved');
      expect([moved.status, moved.headers.location]).toEqual([307, 'https://elsewhere.example/x']);
      expect((await harness.ask('/services/spam/nothing')).status).toBe(204);
      expect((await harness.ask('/services/spam/same')).status).toBe(304);
      const odd = await harness.ask('/services/spam/x');
      expect(odd).toMatchObject({
        status: 418,
        body: 'teapot',
        headers: { 'set-cookie': ['a=1', 'b=2'], 'x-a': 'b' },
      });
    });

    it('answers HEAD without a body, and keeps the length', async () => {
      await serve('http', (_, res) => void res.writeHead(200, { 'content-length': '1234' }).end());
      const answer = await harness.ask('/services/spam/x', { method: 'HEAD' });
      expect([answer.status, answer.headers['content-length'], answer.body]).toEqual([200, '1234', '']);
    });
  });
});

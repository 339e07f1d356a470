import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { metricsContract } from '../../ports/metrics.contract.ts';
import { openPrometheus } from './open-prometheus.ts';
import { findPrometheus } from './testing/find-prometheus.ts';
import { startPrometheus } from './testing/start-prometheus.ts';

const program = findPrometheus();
const never = new AbortController().signal;
const question = { source: 'prometheus', query: 'up', range: null, atMs: 1_000_000 } as const;
const minute = { windowMs: 60_000, reduce: 'mean' } as const;

if (program !== null) {
  metricsContract('a real Prometheus', async () => {
    const prometheus = await startPrometheus(program);
    return {
      metrics: openPrometheus({ address: prometheus.address, timeoutMs: 5_000, token: null }),
      show: prometheus.show,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      nowMs: () => Date.now(),
      close: prometheus.close,
    };
  });

  describe('a real Prometheus', () => {
    it('is told apart from a query that it does not understand, one that yields no number, and its own death', async () => {
      const prometheus = await startPrometheus(program);
      try {
        const { ask } = openPrometheus({ address: prometheus.address, timeoutMs: 1_500, token: null });
        const about = (query: string) => ask({ ...question, query, atMs: Date.now() }, never);
        expect(await about('1 + 1')).toEqual({ kind: 'value', value: 2 });
        expect(await about('sum(')).toMatchObject({ problem: 'query-failed', detail: /bad_data/ });
        expect(await about('"text"')).toMatchObject({ problem: 'query-failed', detail: /yields a string/ });
        expect(await about('up[1m]')).toMatchObject({ problem: 'query-failed', detail: /yields a matrix/ });
        await prometheus.show('odd_label', [3], { version: '1.0 "x"\\' });
        expect(await about('odd_label{version="1.0 \\u0022x\\u0022\\u005c"}')).toEqual({
          kind: 'value',
          value: 3,
        });
        prometheus.signal('SIGSTOP');
        expect(await about('up')).toMatchObject({ problem: 'timeout' });
        prometheus.signal('SIGCONT');
        expect(await about('1 + 1')).toEqual({ kind: 'value', value: 2 });
        await prometheus.kill();
        expect(await about('up')).toMatchObject({ problem: 'unreachable' });
      } finally {
        await prometheus.close();
      }
    });
  });
} else it.skip('a real Prometheus: LEFT OUT, for this machine has none', () => {});

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const answering = (status: number, body: string, headers: Record<string, string> = {}): Promise<string> =>
  serve((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  });

const askAt = async (address: string, range: typeof minute | null = null, timeoutMs = 2_000) =>
  openPrometheus({ address, timeoutMs, token: null }).ask({ ...question, range }, never);

const success = (data: unknown, more: object = {}): string =>
  JSON.stringify({ status: 'success', data, ...more });
const vector = (...values: unknown[]) => ({
  resultType: 'vector',
  result: values.map((value) => ({ metric: {}, value: [1_000, value] })),
});

describe('whatever else may answer', () => {
  it('is asked by POST, with the grid of the range', async () => {
    const seen: string[] = [];
    const address = await serve(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      seen.push(`${request.method} ${request.url} ${decodeURIComponent(body)}`);
      response.end(success({ resultType: 'matrix', result: [] }));
    });
    await askAt(`${address}/prefix`, minute);
    expect(seen).toEqual([
      'POST /prefix/api/v1/query_range query=up&timeout=2000ms&start=940.000&end=1000.000&step=1.000',
    ]);
  });

  it.each<[string, number, string, Record<string, string>, string]>([
    ['a page', 200, '<html>Log in</html>', { 'content-type': 'text/html' }, 'not-understood'],
    ['nothing', 200, '', {}, 'not-understood'],
    ['other JSON', 200, '{"ok":true}', {}, 'not-understood'],
    ['JSON that ends too soon', 200, success(vector('1')).slice(0, -3), {}, 'not-understood'],
    ['a page with an error', 502, '<html>Bad gateway</html>', { 'content-type': 'text/html' }, 'refused'],
    ['a redirect', 302, '', { location: 'http://127.0.0.1:1/' }, 'refused'],
    ['no permission', 401, '', {}, 'refused'],
    ['success with a bad status', 500, success(vector('1')), {}, 'refused'],
    ['an error', 422, '{"status":"error","errorType":"execution","error":"x"}', {}, 'query-failed'],
    ['a warning', 200, success(vector('1'), { warnings: ['a store was down'] }), {}, 'partial'],
    ['a number that is none', 200, success(vector('0x10')), {}, 'not-a-number'],
    [
      'a native histogram',
      200,
      success({ resultType: 'vector', result: [{ metric: {} }] }),
      {},
      'not-a-number',
    ],
    ['a matrix', 200, success({ resultType: 'matrix', result: [] }), {}, 'query-failed'],
  ])('that gives %s is a problem', async (_name, status, body, headers, problem) => {
    const address = await answering(status, body, headers);
    expect(await askAt(address)).toMatchObject({ kind: 'problem', problem });
  });

  it('is never followed elsewhere, and its token is sent to nobody else', async () => {
    let visits = 0;
    const elsewhere = await serve((_request, response) => {
      visits += 1;
      response.end(success(vector('1')));
    });
    const address = await answering(307, '', { location: `${elsewhere}/api/v1/query` });
    const { ask } = openPrometheus({ address, timeoutMs: 2_000, token: async () => 's3cret' });
    expect(await ask(question, never)).toMatchObject({ problem: 'refused' });
    expect(visits).toBe(0);
  });

  it('may say a mebibyte and no more', async () => {
    const huge = await serve((_request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    });
    expect(await askAt(huge)).toMatchObject({ problem: 'too-large' });
  });

  it('has its time-out for the whole answer, whether it hangs or drips', async () => {
    const silent = createSocketServer((socket) => socket.resume().on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const dripping = await serve((_request, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(timer));
    });
    for (const address of [`http://127.0.0.1:${(silent.address() as AddressInfo).port}`, dripping]) {
      const since = performance.now();
      expect(await askAt(address, null, 200)).toMatchObject({ problem: 'timeout' });
      expect(performance.now() - since).toBeLessThan(5_000);
    }
    await new Promise((resolve) => silent.close(resolve));
  });

  it('is let go when the asker has heard enough', async () => {
    const address = await serve(() => {});
    const controller = new AbortController();
    const { ask } = openPrometheus({ address, timeoutMs: 60_000, token: null });
    setTimeout(() => controller.abort(), 50);
    expect(await ask(question, controller.signal)).toMatchObject({ problem: 'timeout' });
  });
});

describe('the token', () => {
  it('is looked up at each question and sent as a bearer', async () => {
    const seen: (string | undefined)[] = [];
    const address = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end(success(vector('1')));
    });
    const tokens = ['first', 'second'];
    const { ask } = openPrometheus({ address, timeoutMs: 2_000, token: async () => tokens.shift() ?? null });
    expect(await ask(question, never)).toEqual({ kind: 'value', value: 1 });
    await ask(question, never);
    expect(seen).toEqual(['Bearer first', 'Bearer second']);
    expect(await ask(question, never)).toMatchObject({ problem: 'unconfigured' });
    expect(seen).toHaveLength(2);
  });

  it('is in no message, whatever is wrong with it', async () => {
    for (const token of ['s3cret\nx', '', 's3cret\u00e9', 's3cret']) {
      const { ask } = openPrometheus({
        address: 'http://127.0.0.1:1',
        timeoutMs: 2_000,
        token: async () => token,
      });
      const answer = await ask(question, never);
      expect(answer).toMatchObject({ kind: 'problem' });
      expect(JSON.stringify(answer)).not.toContain('s3cret');
    }
  });
});

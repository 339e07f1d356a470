import { createServer, type Server, type Socket } from 'node:net';
import { serialize, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchingPolicy } from '../../core/routing/batching-policy.ts';
import type { Exchange } from '../exchange.ts';
import { type Harness, startHarness } from '../testing/harness.ts';
import { serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startTensorServer, type TensorServer } from '../testing/tensor-server.ts';
import type { Call, CallListener } from '../upstreams/call.ts';
import { openRunningCalls } from '../upstreams/running-calls.ts';
import { openUpstreams, type Upstream } from '../upstreams/upstreams.ts';
import { openBatch } from './batch.ts';
import { type InferRequest, inferRequest } from './infer-request.ts';
import { joinRequests } from './join-requests.ts';
import { splitAnswer } from './split-answer.ts';

const INFER = '/v2/models/spam/infer';
/** 40 KB: deeper than any stack of ours goes. */
const DEEP = 20_000;
const nested = (depth: number, inner = ''): string => '['.repeat(depth) + inner + ']'.repeat(depth);
const requestOf = (data: string, shape = '[1]', more = '') =>
  `{"inputs":[{"name":"x","shape":${shape},"datatype":"FP64","data":${data}}]${more}}`;
const answerOf = (data: string, shape = '[2]', more = '') =>
  `{${more}"outputs":[{"name":"y","shape":${shape},"datatype":"FP64","data":${data}}]}`;
const read = (text: string) => inferRequest(Buffer.from(text));
const TWO = [
  { rows: 1, id: null },
  { rows: 1, id: '"b"' },
];
const split = (text: string) => splitAnswer(Buffer.from(text), TWO)?.map(String) ?? null;

const none = (): void => {};
/** A batch of up to four rows, which is sent by hand. */
const batchOn = (upstreams: readonly Upstream[]) => {
  const running = openRunningCalls();
  const batch = openBatch({
    upstreams,
    running,
    rowsAtMost: 5,
    waitMs: 10_000,
    onSent: none,
    onAnswered: none,
    onSingly: none,
  });
  const add = (request: InferRequest, heard: Partial<CallListener>): Call =>
    batch.add({ batchedWith: 0 } as Partial<Exchange> as Exchange, request, {
      request: {
        method: 'POST',
        path: INFER,
        headersFor: () => [],
        body: null,
        timeouts: { connectMs: 1e4, firstByteMs: 1e4, totalMs: 1e5, idleMs: 1e4 },
        endsAtMs: performance.now() + 1e5,
        expectsStream: false,
        mayRepeat: false,
        care: null,
        mayRetry: () => false,
      },
      listener: { head: none, data: none, end: none, fail: none, ...heard },
      running,
    });
  return { batch, add, running };
};

describe('a request that nobody vouches for', () => {
  it.each([
    ['data', requestOf(nested(DEEP))],
    ['data with a value in it', requestOf(nested(DEEP, '1'))],
    ['outputs', requestOf('[1]', '[1]', `,"outputs":${nested(DEEP)}`)],
    ['parameters', requestOf('[1]', '[1]', `,"parameters":{"a":${nested(DEEP)}}`)],
    ['objects', requestOf('[1]', '[1]', `,"parameters":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`)],
  ])('is not for a batch when its %s go thousands deep', (_, text) => {
    expect(read(text)).toBeNull();
  });

  it('may be 32 deep, and brackets in its text are none', () => {
    // Three levels stand around the data.
    expect(read(requestOf(nested(29, '1')))).not.toBeNull();
    expect(read(requestOf(nested(30, '1')))).toBeNull();
    expect(read(requestOf(JSON.stringify(['['.repeat(100)])))).not.toBeNull();
    expect(read(requestOf(JSON.stringify([`"\\${'{'.repeat(100)}`])))).not.toBeNull();
  });

  it('is not for a batch when it is longer than 64 KiB', () => {
    const padded = (bytes: number): string => {
      const text = requestOf('[1]');
      return text + ' '.repeat(bytes - text.length);
    };
    expect(read(padded(64 * 1024))).not.toBeNull();
    expect(read(padded(64 * 1024 + 1))).toBeNull();
  });

  it('keeps nothing for each of its values', () => {
    const values = Array(30_000).fill(1);
    const text = requestOf(JSON.stringify(values), '[3,10000]');
    const request = read(text);
    expect(request).toMatchObject({ rows: 3 });
    expect(serialize(request).length).toBeLessThan(text.length + 2_000);
  });

  it.each([
    ['[1,0]', '[]'],
    ['[1,0]', '[[]]'],
    ['[2,3,0]', '[]'],
    ['[0]', '[]'],
  ])('is not for a batch when it holds no values: shape %s, data %s', (shape, data) => {
    expect(read(requestOf(data, shape))).toBeNull();
  });

  it('is joined to JSON whatever spaces it has', () => {
    const joined = joinRequests(['[ 1 ,\n2 ]', '[3,4\t]'].map((data) => read(requestOf(data, '[1, 2]'))!));
    expect(JSON.parse(String(joined))).toEqual({
      inputs: [{ name: 'x', datatype: 'FP64', shape: [2, 2], data: [1, 2, 3, 4] }],
    });
  });

  it('is forgotten once it is sent alone', async () => {
    const { batch, add } = batchOn([]);
    const failed: string[] = [];
    const weak: WeakRef<object>[] = [];
    const own = (() => {
      const request = read(requestOf('[1]'))!;
      weak.push(new WeakRef(request));
      return add(request, { fail: ({ kind }) => failed.push(kind) });
    })();
    batch.send();
    expect(failed).toEqual(['refused']);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // A WeakRef that was made in this turn of the loop is held to its end.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(weak[0]!.deref()).toBeUndefined();
    own.abort();
  });
});

describe('an answer that nobody vouches for', () => {
  it.each([
    ['data', answerOf(`[${nested(DEEP)},${nested(DEEP)}]`)],
    ['data beside others', answerOf(`[[1],${nested(DEEP)}]`)],
    ['rows', answerOf(`[${nested(DEEP, '1')},[2]]`)],
    ['members', answerOf('[1,2]', '[2]', `"parameters":{"a":${nested(DEEP)}},`)],
  ])('is not taken apart when its %s go thousands deep', (_, text) => {
    expect(split(text)).toBeNull();
  });

  it('is not taken apart when it has more members or outputs than any model says', () => {
    const members = Array.from({ length: 65 }, (__, at) => `"m${at}":1,`).join('');
    expect(split(answerOf('[1,2]', '[2]', members))).toBeNull();
    const output = '{"name":"y","shape":[2],"datatype":"FP64","data":[1,2]}';
    expect(split(`{"outputs":[${Array(1025).fill(output).join()}]}`)).toBeNull();
  });

  it('is not taken apart when what each would get of it is long', () => {
    expect(split(answerOf('[1,2]', '[2]', `"parameters":{"a":"${'x'.repeat(1e3)}"},`))).not.toBeNull();
    expect(split(answerOf('[1,2]', '[2]', `"parameters":{"a":"${'x'.repeat(7e4)}"},`))).toBeNull();
  });

  it('is cut where rows end', () => {
    expect(split(answerOf('[ 1 , 2,3,4 ]', '[2,2]'))).toEqual([
      '{"outputs":[{"datatype":"FP64","name":"y","shape":[1,2],"data":[1 , 2]}]}',
      '{"id":"b","outputs":[{"datatype":"FP64","name":"y","shape":[1,2],"data":[3,4]}]}',
    ]);
    expect(split(answerOf('[[1,[2]] , [3,[4]]]', '[2,2]'))!.map((one) => one.slice(-17))).toEqual(
      ['"data":[[1,[2]]]}]}', '"data":[[3,[4]]]}]}'].map((one) => one.slice(-17)),
    );
    expect(split(answerOf('[]', '[2,0]'))![1]).toContain('"shape":[1,0],"data":[]');
  });

  it('keeps the names of its members as they were written', () => {
    expect(split(answerOf('[1,2]', '[2]', '"\\u0122ü":1,'))![0]).toMatch(/^\{"\\u0122ü":1,"outputs"/);
  });
});

describe('a gateway that batches', () => {
  let harness: Harness;
  let model: TensorServer;
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  beforeEach(async () => {
    harness = await startHarness();
    model = await startTensorServer();
  });
  afterEach(async () => {
    await harness.remove();
    await model.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((one) => new Promise((resolve) => one.close(resolve))));
  });
  let seq = 0;
  const serving = (address: string, policy: Partial<BatchingPolicy> = {}) => {
    seq += 1;
    const batching = { rowsAtMost: 32, waitMs: 100, evidenceShare: 1, ...policy };
    return harness.push(tableWith(seq, [serviceWith({ stable: stableAt(address), batching })]));
  };
  const infer = (body: string) => harness.ask(INFER, { method: 'POST', body });
  /** Says the same to every call, byte for byte. */
  const saying = async (
    answer: (call: number) => string | Buffer,
  ): Promise<{ address: string; calls: number }> => {
    const self = { address: '', calls: 0 };
    const server = createServer((socket) => {
      sockets.push(socket);
      let text = '';
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        const [head = '', body] = text.split('\r\n\r\n');
        if (body === undefined || body.length < Number(/content-length: (\d+)/i.exec(head)?.[1])) return;
        text = '';
        self.calls += 1;
        socket.write(answer(self.calls));
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    self.address = `http://127.0.0.1:${typeof at === 'object' ? at!.port : 0}`;
    return self;
  };
  const http = (status: string, headers: string, body: string) =>
    `HTTP/1.1 ${status}\r\n${headers}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

  it('outlives requests of any depth, which go alone', async () => {
    await serving(model.address);
    model.mode = 'busy';
    const deep = [requestOf(nested(DEEP)), requestOf('[1]', '[1]', `,"outputs":${nested(DEEP)}`)];
    const answers = await Promise.all([...deep, ...deep].map(infer));
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    expect(model.calls).toHaveLength(4);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, batches: { calls: 0 } });
  });

  it('outlives answers of any depth, after which each is asked singly', async () => {
    const deep = answerOf(`[${nested(DEEP, '1')},[2]]`);
    const server = await saying((call) => http('200 OK', '', call === 1 ? deep : answerOf('[1]', '[1]')));
    await serving(server.address);
    const answers = await Promise.all([infer(requestOf('[1]')), infer(requestOf('[2]'))]);
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      Array(2).fill([200, answerOf('[1]', '[1]')]),
    );
    expect(server.calls).toBe(3);
    expect(harness.gateway.counts().batches).toEqual({ calls: 1, requests: 2, singly: 2 });
  });

  it('takes no answer apart that is longer than 4 MiB', async () => {
    const long = answerOf('[1,2]') + ' '.repeat(4 * 1024 * 1024);
    const server = await saying((call) => http('200 OK', '', call === 1 ? long : answerOf('[1]', '[1]')));
    await serving(server.address);
    const answers = await Promise.all([infer(requestOf('[1]')), infer(requestOf('[2]'))]);
    expect(answers.map(({ body }) => body)).toEqual(Array(2).fill(answerOf('[1]', '[1]')));
    expect(harness.gateway.counts().batches.singly).toBe(2);
  });

  it.each(['429 Too Many Requests', '503 Service Unavailable', '529 Overloaded'])(
    'gives %s to all, and its cookie to none',
    async (status) => {
      const server = await saying(() =>
        http(status, 'set-cookie: session=one\r\nretry-after: 7\r\n', '{"error":"busy"}'),
      );
      await serving(server.address);
      const answers = await Promise.all([infer(requestOf('[1]')), infer(requestOf('[2]'))]);
      expect(server.calls).toBe(1);
      for (const answer of answers) {
        expect([String(answer.status), answer.body]).toEqual([status.slice(0, 3), '{"error":"busy"}']);
        expect(answer.headers['retry-after']).toBe('7');
        expect(String(answer.headers['set-cookie'] ?? '')).not.toContain('session');
      }
    },
  );

  it('answers all others when one answer cannot be passed on', async () => {
    const upstreams = openUpstreams();
    const { batch, add, running } = batchOn([upstreams.take(model.address, 1_000)]);
    const heard: string[] = [];
    const throwing = (): never => {
      throw new TypeError('Invalid character in header content');
    };
    await new Promise<void>((resolve) => {
      const note = (one: string): void => {
        heard.push(one);
        if (heard.length === 3) resolve();
      };
      add(read(requestOf('[1]'))!, { end: () => note('1 ended') });
      add(read(requestOf('[2]'))!, { data: throwing, fail: ({ kind }) => note(`2 ${kind}`) });
      add(read(requestOf('[3]'))!, { end: () => note('3 ended') });
      batch.send();
    });
    expect(heard).toEqual(['1 ended', '2 garbled', '3 ended']);
    expect(running.size).toBe(0);
    await upstreams.close();
  });

  it('puts no more than 2 MiB into one call, whatever the rows', async () => {
    await serving(model.address, { rowsAtMost: 65_536, waitMs: 500 });
    const body = requestOf(`["${'x'.repeat(60_000)}"]`);
    const answers = await Promise.all(Array(40).fill(body).map(infer));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const sizes = model.calls.map(({ body: { length } }) => length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(40 * 60_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(harness.gateway.counts().batches.calls).toBeGreaterThan(0);
  });

  it('sends requests of no values as they are', async () => {
    await serving(model.address);
    await Promise.all([infer(requestOf('[]', '[1,0]')), infer(requestOf('[]', '[1,0]'))]);
    expect(model.calls.map(({ body }) => body)).toEqual(Array(2).fill(requestOf('[]', '[1,0]')));
    expect(harness.gateway.counts().batches.calls).toBe(0);
  });
});

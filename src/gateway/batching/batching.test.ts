import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchingPolicy } from '../../core/routing/batching-policy.ts';
import type { ServiceRoute } from '../../core/routing/table.ts';
import { type AskOptions, type Harness, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startTensorServer, type TensorServer } from '../testing/tensor-server.ts';

const INFER = '/v2/models/spam/infer';
let harness: Harness;
let model: TensorServer;
const others: TensorServer[] = [];
beforeEach(async () => {
  harness = await startHarness();
  model = await startTensorServer();
});
afterEach(async () => {
  await harness.remove();
  await model.close();
  await Promise.all(others.splice(0).map((one) => one.close()));
});

let seq = 0;
const serving = (policy: Partial<BatchingPolicy> = {}, more: Partial<ServiceRoute> = {}) => {
  seq += 1;
  const batching = { rowsAtMost: 32, waitMs: 250, evidenceShare: 1, ...policy };
  return harness.push(tableWith(seq, [serviceWith({ stable: stableAt(model.address), batching, ...more })]));
};
const rowsOf = (data: readonly unknown[], more: object = {}, input: object = {}) =>
  JSON.stringify({
    ...more,
    inputs: [{ name: 'x', shape: [data.length], datatype: 'FP64', ...input, data }],
  });
const infer = (body: string, options: AskOptions = {}) =>
  harness.ask(INFER, { method: 'POST', body, ...options });
const outputs = (body: string) =>
  (JSON.parse(body) as { outputs: { name: string; shape: number[]; data: unknown[] }[] }).outputs;
const batches = () => harness.gateway.counts().batches;

describe('inference requests that are sent as one', () => {
  it('come back each with its own rows, id and parameters', async () => {
    await serving();
    const bodies = [rowsOf([1, 2], { id: 'a' }), rowsOf([3], { id: '"\u00fc"' }), rowsOf([4, 5, 6])];
    const answers = await Promise.all(bodies.map((body) => infer(body)));
    expect(model.calls.map(({ rows }) => rows)).toEqual([6]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const read = answers.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(read.map(({ id }) => id)).toEqual(['a', '"\u00fc"', undefined]);
    expect(answers.map(({ body }) => outputs(body)[0])).toEqual([
      { name: 'echo_x', datatype: 'FP64', shape: [2], data: [1, 2] },
      { name: 'echo_x', datatype: 'FP64', shape: [1], data: [3] },
      { name: 'echo_x', datatype: 'FP64', shape: [3], data: [4, 5, 6] },
    ]);
    expect(read[0]).toMatchObject({ model_name: 'rows', model_version: '1' });
    expect(new Set(answers.map(({ headers }) => headers['tidegate-invocation'])).size).toBe(3);
    expect(answers[2]!.headers['content-length']).toBe(String(Buffer.byteLength(answers[2]!.body)));
    expect(batches()).toEqual({ calls: 1, requests: 3, singly: 0 });
    await harness.stop();
    const directory = path.join(harness.logDir, 'production');
    const [file] = await readdir(directory);
    const lines = (await readFile(path.join(directory, file!), 'utf8')).split('\n').filter(Boolean);
    expect(lines.map((line) => (JSON.parse(line) as { batchedWith: number }).batchedWith)).toEqual([3, 3, 3]);
  });

  it('give the same answers as direct calls, whatever they hold', async () => {
    await serving({ waitMs: 20 });
    const value = fc.oneof(
      fc.constantFrom('9007199254740993', '-0.0', '1.0', '1e-300', '18446744073709551615', '-0', '0.1'),
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    );
    const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((one) => JSON.stringify(one));
    const body = fc
      .record({
        rows: fc.integer({ min: 1, max: 4 }),
        width: fc.constantFrom(0, 1, 3),
        isText: fc.boolean(),
        isNested: fc.boolean(),
        id: fc.option(fc.string({ maxLength: 5 })),
        parameters: fc.constantFrom('', ',"parameters":{"a":[1,{"b":"]"}]}'),
        more: fc.constantFrom('', ' '),
      })
      .chain(({ rows, width, isText, isNested, id, parameters, more }) => {
        const size = rows * (width === 0 ? 1 : width);
        return fc.array(isText ? text : value, { minLength: size, maxLength: size }).map((values) => {
          const nested = Array.from(
            { length: rows },
            (_, at) =>
              `[${values.slice(at * Math.max(1, width), (at + 1) * Math.max(1, width)).join(`,${more}`)}]`,
          );
          const data = isNested && width > 0 ? nested : values;
          const shape = width === 0 ? [rows] : [rows, width];
          const ids = id === null ? '' : `"id":${JSON.stringify(id)},`;
          return `{${ids}"inputs":[{"name":"x",${more}"shape":${JSON.stringify(shape)},"datatype":"${isText ? 'BYTES' : 'FP64'}","data":[${data.join(`${more},`)}]}]${parameters}}`;
        });
      });
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: 2, maxLength: 12 }), async (bodies) => {
        const through = await Promise.all(bodies.map((one) => infer(one)));
        for (const [at, one] of bodies.entries()) {
          const direct = await request(model.address + INFER, { method: 'POST', body: one });
          expect(through[at]!.status).toBe(direct.statusCode);
          expect(JSON.parse(through[at]!.body)).toEqual(await direct.body.json());
        }
      }),
      { numRuns: 60 },
    );
    expect(batches().calls).toBeGreaterThan(20);
    expect(batches().singly).toBe(0);
  }, 60_000);

  it('keep numbers as they were written', async () => {
    await serving();
    const body = (data: string) =>
      `{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[${data}]}]}`;
    await Promise.all([
      infer(body('9007199254740993')),
      infer(body('18446744073709551615')),
      infer(body('-0.0')),
    ]);
    expect(model.calls).toHaveLength(1);
    for (const digits of ['9007199254740993', '18446744073709551615', '-0.0'])
      expect(model.calls[0]!.body).toContain(digits);
  });

  it('are only those of one kind', async () => {
    await serving();
    const kinds = [
      rowsOf([1]),
      rowsOf([1], {}, { name: 'y' }),
      rowsOf([1], {}, { datatype: 'INT64' }),
      rowsOf([1], { parameters: { k: 1 } }),
      rowsOf([1], {}, { parameters: { k: 1 } }),
      rowsOf([1], { outputs: [{ name: 'row' }] }),
      rowsOf([[1, 2]], {}, { shape: [1, 2] }),
      rowsOf([1, 2], {}, { shape: [1, 2] }),
    ];
    const asked = kinds.flatMap((body) => [infer(body), infer(body)]);
    asked.push(infer(rowsOf([1]), { headers: { authorization: 'Bearer another' } }));
    asked.push(harness.ask('/v2/models/spam/versions/2/infer', { method: 'POST', body: rowsOf([1]) }));
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(model.calls.map(({ rows }) => rows).sort()).toEqual([1, 1, ...kinds.map(() => 2)]);
  });

  it.each([
    ['no JSON', 'x'],
    ['too many values', rowsOf([1, 2, 3], {}, { shape: [1] })],
    ['rows of unequal length', rowsOf([[1, 2, 3], [4]], {}, { shape: [2, 2] })],
    ['an unknown member', rowsOf([1], { else: 1 })],
    ['a member twice', `{"inputs":[],${rowsOf([1]).slice(1)}`],
    [
      'data elsewhere',
      '{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","parameters":{"binary_data_size":8}}]}',
    ],
    ['answers in binary', rowsOf([1], { outputs: [{ name: 'row', parameters: { binary_data: true } }] })],
    ['as many rows as go into one call', rowsOf(Array(32).fill(1))],
    ['a bracket too many', '{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[1],"data":[1]}]}'],
  ])('are not those with %s, which go as they are', async (_, body) => {
    await serving();
    await Promise.all([infer(body), infer(body)]);
    expect(batches()).toEqual({ calls: 0, requests: 0, singly: 0 });
  });

  it('are not pushed out of place by one that lies about its shape', async () => {
    await serving();
    const [good, bad] = await Promise.all([
      infer(rowsOf([7])),
      infer(rowsOf([1, 2, 3], {}, { shape: [2] })),
      infer(rowsOf([8])),
    ]);
    expect(outputs(good.body)[0]!.data).toEqual([7]);
    expect(bad.status).toBe(400);
    expect(batches()).toMatchObject({ calls: 1, singly: 0 });
  });

  it('wait no longer than they are told, and go at once when there are enough', async () => {
    await serving({ waitMs: 300, rowsAtMost: 4 });
    const startedAtMs = performance.now();
    await Promise.all([infer(rowsOf([1, 2])), infer(rowsOf([3, 4]))]);
    expect(performance.now() - startedAtMs).toBeLessThan(290);
    const alone = await infer(rowsOf([1]));
    expect([alone.status, performance.now() - startedAtMs < 2_000]).toEqual([200, true]);
    // Five rows do not fit; the first three go when the others come.
    await Promise.all([infer(rowsOf([1, 2, 3])), infer(rowsOf([4, 5]))]);
    expect(model.calls.map(({ rows }) => rows)).toEqual([4, 1, 3, 2]);
  });

  it('do not wait past their own time', async () => {
    await serving(
      { waitMs: 5_000 },
      { timeouts: { connectMs: 500, firstByteMs: 700, totalMs: 800, idleMs: 700 } },
    );
    const startedAtMs = performance.now();
    expect((await infer(rowsOf([1]))).status).toBe(200);
    expect(performance.now() - startedAtMs).toBeLessThan(700);
  });

  it('end at their own time when the release hangs', async () => {
    await serving(
      { waitMs: 20 },
      { timeouts: { connectMs: 500, firstByteMs: 300, totalMs: 800, idleMs: 300 } },
    );
    model.mode = 'hang';
    const answers = await Promise.all([infer(rowsOf([1])), infer(rowsOf([2]))]);
    expect(answers.map(({ status }) => status)).toEqual([504, 504]);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0 });
    // What hung for all of them is not asked once more for each.
    expect(model.calls).toHaveLength(1);
    expect(harness.gateway.counts().batches.singly).toBe(0);
    await until(() => model.cancelled === model.calls.length);
  });

  it('do not fail with the one that spoils the call', async () => {
    await serving();
    for (const poison of ['poison', 'crash']) {
      const bodies = ['a', poison, 'b'].map((text) => rowsOf([text], {}, { datatype: 'BYTES' }));
      const answers = await Promise.all(bodies.map((body) => infer(body)));
      expect(answers.map(({ status }) => status)).toEqual([200, poison === 'crash' ? 502 : 400, 200]);
      expect(outputs(answers[2]!.body)[0]!.data).toEqual(['b']);
    }
    expect(batches()).toEqual({ calls: 2, requests: 6, singly: 6 });
    // It is the request's fault, so others are put together as before.
    await Promise.all([infer(rowsOf([1])), infer(rowsOf([2]))]);
    expect(batches().calls).toBe(3);
  });

  it('are not sent again to a release that is overloaded', async () => {
    await serving();
    model.mode = 'busy';
    const answers = await Promise.all([infer(rowsOf([1])), infer(rowsOf([2]))]);
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      Array(2).fill([503, '{"error":"busy"}']),
    );
    expect(model.calls).toHaveLength(1);
  });

  it.each(['flattened', 'cookie'] as const)(
    'are asked singly, and then left alone, where answers are %s',
    async (mode) => {
      await serving();
      model.mode = mode;
      for (let n = 0; n < 4; n += 1) {
        const answers = await Promise.all([infer(rowsOf([1])), infer(rowsOf([2, 3]))]);
        expect(answers.map(({ status }) => status)).toEqual([200, 200]);
        expect(outputs(answers[1]!.body)[0]!.data).toEqual([2, 3]);
      }
      expect(batches()).toEqual({ calls: 3, requests: 6, singly: 6 });
    },
  );

  it('go on without a client that leaves, and end when all have left', async () => {
    await serving();
    model.mode = 'hang';
    const leaving = [new AbortController(), new AbortController()];
    const asked = leaving.map(({ signal }, n) =>
      request(harness.gateway.address + INFER, { method: 'POST', body: rowsOf([n]), signal }).catch(
        () => null,
      ),
    );
    await until(() => model.calls.length === 1);
    expect(model.calls[0]!.rows).toBe(2);
    leaving[0]!.abort();
    await until(() => harness.gateway.counts().inFlight === 1);
    expect(model.cancelled).toBe(0);
    leaving[1]!.abort();
    await until(() => model.cancelled === 1);
    await Promise.all(asked);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0 });
    // One that leaves while it waits is not sent.
    const early = new AbortController();
    const gone = request(harness.gateway.address + INFER, {
      method: 'POST',
      body: rowsOf([9]),
      signal: early.signal,
    }).catch(() => null);
    await until(() => harness.gateway.counts().inFlight === 1);
    early.abort();
    await gone;
    await until(() => harness.gateway.counts().inFlight === 0);
    expect(model.calls).toHaveLength(1);
  });

  it('stay with their release, and are rescued each by itself', async () => {
    const candidate = await startTensorServer();
    others.push(candidate);
    candidate.mode = 'cut';
    await serving({ evidenceShare: 1e-9 }, { candidate: candidateAt([candidate.address], { share: 1 }) });
    const answers = await Promise.all([infer(rowsOf([1])), infer(rowsOf([2]))]);
    for (const { status, headers } of answers)
      expect([status, headers['tidegate-rescued'], headers['tidegate-release']]).toEqual([
        200,
        'true',
        '1.0.0@aaaaaaaaaaaa',
      ]);
    candidate.mode = 'well';
    await serving({ evidenceShare: 1e-9 }, { candidate: candidateAt([candidate.address], { share: 0.5 }) });
    const before = [model.calls.length, candidate.calls.length];
    const many = await Promise.all(Array.from({ length: 20 }, (_, n) => infer(rowsOf([n]))));
    for (const [n, { body }] of many.entries()) expect(outputs(body)[0]!.data).toEqual([n]);
    const rows = (server: TensorServer, from: number) =>
      server.calls.slice(from).reduce((sum, call) => sum + call.rows, 0);
    const own = many.filter(({ headers }) => String(headers['tidegate-release']).startsWith('1.1.0')).length;
    expect([rows(model, before[0]!), rows(candidate, before[1]!)]).toEqual([20 - own, own]);
  });

  it('are sent by themselves where they are evidence, each with an outcome of its own', async () => {
    await serving({}, { candidate: candidateAt([model.address], { share: 0.5 }) });
    const bodies = ['a', 'poison', 'b', 'c'].map((text) => rowsOf([text], {}, { datatype: 'BYTES' }));
    const answers = await Promise.all(bodies.map((body) => infer(body)));
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200, 200]);
    expect(model.calls.map(({ rows }) => rows)).toEqual([1, 1, 1, 1]);
    await until(
      () =>
        harness
          .cohorts()
          .reduce(
            (sum, { guards }) => sum + guards.errors!.stable.good + guards.errors!.candidate.good,
            0,
          ) === 4,
    );
  });

  it('may all be the same answer, for those who wait for it', async () => {
    await serving(
      {},
      {
        cache: {
          ttlMs: 60_000,
          bytesAtMost: 1e6,
          entryBytesAtMost: 1e5,
          methods: ['GET'],
          scope: 'key',
          isDeterministicOnly: true,
          hasStreams: false,
          isCoalescing: true,
          evidenceShare: 1,
        },
      },
    );
    const asked = [1, 1, 2, 2].map((n) => infer(rowsOf([n])));
    const answers = await Promise.all(asked);
    expect(answers.map(({ body }) => outputs(body)[0]!.data)).toEqual([[1], [1], [2], [2]]);
    expect(model.calls.map(({ rows }) => rows)).toEqual([2]);
    expect((await infer(rowsOf([2]))).headers['tidegate-cache']).toBe('hit');
  });
});

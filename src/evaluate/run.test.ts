import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { EvaluationSpec } from '../core/release/manifest.ts';
import type { GoldenCase } from './golden-case.ts';
import type { EvaluateOptions, EvaluationProgress } from './run.ts';
import { evaluate } from './run.ts';

interface Call {
  readonly text: string;
  readonly label: string;
  readonly url: string;
}
type Answering = (call: Call, response: ServerResponse, calls: number) => void;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const read = async (request: IncomingMessage): Promise<Call> => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const text = (JSON.parse(body) as { inputs: [{ data: [string] }] }).inputs[0].data[0];
  return { text, label: text.split(' ')[0]!, url: request.url! };
};

const serve = async (answering: Answering) => {
  const sockets = new Set<Socket>();
  const seen = {
    calls: 0,
    underWay: 0,
    most: 0,
    connections: 0,
    texts: [] as string[],
    urls: new Set<string>(),
  };
  const server = createServer(async (request, response) => {
    seen.calls += 1;
    seen.underWay += 1;
    seen.most = Math.max(seen.most, seen.underWay);
    response.on('close', () => {
      seen.underWay -= 1;
    });
    const call = await read(request).catch(() => null);
    if (call === null) return;
    seen.texts.push(call.text);
    seen.urls.add(call.url);
    answering(call, response, seen.calls);
  });
  server.on('connection', (socket) => {
    seen.connections += 1;
    sockets.add(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
};

const say = (response: ServerResponse, label: unknown): void => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ outputs: [{ data: [label] }] }));
};
const right: Answering = ({ label }, response) => say(response, label);
const wrong: Answering = ({ label }, response) => say(response, label === 'spam' ? 'ham' : 'spam');

const cases = (n: number): GoldenCase[] =>
  Array.from({ length: n }, (_, i) => {
    const expected = i % 2 === 0 ? 'spam' : 'ham';
    return { id: `case ${i}`, input: `${expected} ${i}`, expected, tags: [], weight: 1 };
  });

const spec = (more: Partial<EvaluationSpec> = {}): EvaluationSpec => ({
  golden: { digest: `sha256:${'a'.repeat(64)}`, cases: 0 },
  request: { method: 'POST', path: '/infer', body: { inputs: [{ data: ['$' + '{input}'] }] } },
  answer: '/outputs/0/data/0',
  positive: 'spam',
  concurrency: 4,
  timeoutMs: 2000,
  ...more,
});

const run = (more: Partial<EvaluateOptions> & Pick<EvaluateOptions, 'candidate'>) =>
  evaluate({
    spec: spec(),
    cases: cases(40),
    stable: null,
    requirements: [{ metric: 'accuracy', min: 0.8 }],
    confidence: 0.95,
    seed: 1,
    ...more,
  });

describe('an evaluation', () => {
  it('measures the release on every case and keeps them in order', async () => {
    const { address, seen } = await serve(right);
    const progress: EvaluationProgress[] = [];
    const found = await run({
      candidate: [`${address}/prefix/`],
      spec: spec({ golden: { digest: `sha256:${'a'.repeat(64)}`, cases: 40 } }),
      onProgress: (now) => progress.push(now),
    });
    expect(found).toMatchObject({ verdict: 'pass', cases: 40, errors: 0, comparedWith: null, worst: [] });
    expect(found.golden).toBe(`sha256:${'a'.repeat(64)}`);
    expect(found.outcomes.map(({ id }) => id)).toEqual(cases(40).map(({ id }) => id));
    expect(seen.calls).toBe(43);
    expect(found.notes).toEqual(['3 calls to warm up were not counted']);
    expect([...seen.urls]).toEqual(['/prefix/infer']);
    expect(progress).toHaveLength(40);
    expect(progress.at(-1)).toEqual({ done: 40, total: 40, errors: 0 });
  });

  it('keeps to its concurrency and to its connections', async () => {
    const { address, seen } = await serve((call, response) => setTimeout(() => right(call, response, 0), 5));
    await run({ candidate: [address], spec: spec({ concurrency: 3 }) });
    expect(seen.most).toBe(3);
    expect(seen.connections).toBe(3);
  });

  it('fails a release that answers quickly, politely and wrongly, and names its cases', async () => {
    const [bad, good] = [await serve(wrong), await serve(right)];
    const found = await run({
      candidate: [bad.address],
      stable: [good.address],
      comparedWith: 'sha256:stable',
      requirements: [{ metric: 'accuracy', notWorseBy: 0.01 }],
    });
    expect(found).toMatchObject({ verdict: 'fail', errors: 0, comparedWith: 'sha256:stable' });
    expect(found.worst).toHaveLength(20);
    expect(found.worst[0]).toMatchObject({
      id: 'case 0',
      candidate: { kind: 'answer', label: 'ham' },
      stable: { kind: 'answer', label: 'spam' },
    });
  });

  it('asks both releases every case, sometimes the one first and sometimes the other', async () => {
    const order: string[] = [];
    const recording =
      (side: string): Answering =>
      (call, response) => {
        order.push(`${side} ${call.text}`);
        right(call, response, 0);
      };
    const [candidate, stable] = [await serve(recording('candidate')), await serve(recording('stable'))];
    await run({ candidate: [candidate.address], stable: [stable.address], spec: spec({ concurrency: 1 }) });
    const counted = order.slice(6);
    const firsts = counted.filter((_, i) => i % 2 === 0).map((entry) => entry.split(' ')[0]);
    for (let i = 0; i < counted.length; i += 2) {
      const texts = [counted[i], counted[i + 1]].map((entry) => entry!.replace(/^\S+ /, ''));
      expect(texts[0]).toBe(texts[1]);
    }
    expect(firsts.filter((side) => side === 'candidate').length).toBeGreaterThan(8);
    expect(firsts.filter((side) => side === 'stable').length).toBeGreaterThan(8);
  });

  it('asks the addresses of a release in turn', async () => {
    const [one, two] = [await serve(right), await serve(right)];
    await run({ candidate: [one.address, two.address] });
    expect([one.seen.calls, two.seen.calls]).toEqual([23, 23]);
  });

  it('takes stable answers from elsewhere without calling it', async () => {
    const [candidate, stable] = [await serve(right), await serve(right)];
    const found = await run({
      candidate: [candidate.address],
      stable: [stable.address],
      stableAnswers: async ({ expected }) => ({ kind: 'answer', label: expected, latencyMs: 1 }),
    });
    expect(stable.seen.calls).toBe(0);
    expect(found.metrics[0]?.stable?.value).toBe(1);
  });

  it('does not count what was slow while warming up', async () => {
    const { address } = await serve((call, response, calls) =>
      setTimeout(() => right(call, response, 0), calls <= 3 ? 300 : 0),
    );
    const found = await run({ candidate: [address] });
    expect(Math.max(...found.outcomes.map(({ candidate }) => candidate.latencyMs))).toBeLessThan(250);
  });

  it('measures the latency up to the last byte', async () => {
    const { address } = await serve(({ label }, response) => {
      response.write('{"outputs":[{"data":[');
      setTimeout(() => response.end(`"${label}"]}]}`), 60);
    });
    const found = await run({ candidate: [address], cases: cases(4) });
    for (const { candidate } of found.outcomes) expect(candidate.latencyMs).toBeGreaterThan(55);
  });
});

describe('a case is an error when', () => {
  const faults: [string, Answering, string, RegExp][] = [
    ['the status says so', (_, response) => response.writeHead(500).end('{}'), 'status', /HTTP 500/],
    ['it redirects', (_, response) => response.writeHead(302, { location: '/' }).end(), 'status', /HTTP 302/],
    [
      'the answer is HTML',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'not-json',
      /text\/html/,
    ],
    [
      'the JSON is broken',
      (_, response) => response.end('{"outputs":[{"data":["spam"'),
      'not-json',
      /not JSON/,
    ],
    ['there is no label', (_, response) => response.end('{"outputs":[]}'), 'no-label', /no label at/],
    ['the label is an object', (_, response) => say(response, {}), 'no-label', /no label at/],
    ['the server hangs', () => undefined, 'timeout', /within 400 ms/],
    [
      'the answer stops half-way',
      (_, response) => {
        response.write('{"outputs":');
      },
      'timeout',
      /within 400 ms/,
    ],
    [
      'the connection breaks in the answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{');
        setTimeout(() => response.destroy(), 10);
      },
      'connection',
      /UND_ERR|ECONN|other side|aborted|terminated/,
    ],
    ['the connection breaks before it', (_, response) => response.destroy(), 'connection', /UND_ERR|ECONN/],
    [
      'the answer never ends growing',
      (_, response) => response.end(Buffer.alloc(9 * 1024 * 1024, 32)),
      'too-large',
      /larger than 8 MiB/,
    ],
  ];

  it.each(faults)('%s', async (_, fault, reason, detail) => {
    const { address } = await serve((call, response, calls) =>
      call.text === 'spam 2' ? fault(call, response, calls) : right(call, response, calls),
    );
    // Only what hangs has to wait for the time-out; a busy machine must not turn the others into time-outs.
    const timeoutMs = reason === 'timeout' ? 400 : 10_000;
    const found = await run({ candidate: [address], cases: cases(20), spec: spec({ timeoutMs }) });
    expect(found).toMatchObject({ errors: 1, cases: 20 });
    expect(found.outcomes[2]?.candidate).toMatchObject({ kind: 'error', reason });
    expect((found.outcomes[2]!.candidate as { detail: string }).detail).toMatch(detail);
    expect(found.worst.map(({ id }) => id)).toEqual(['case 2']);
    // One error in twenty is more than an evaluation can pass with, and it is no fast answer.
    expect(found.verdict).not.toBe('pass');
    expect(found.metrics.find(({ metric }) => metric === 'latency_p99_ms')?.value).toBe(timeoutMs);
  });

  it('nobody listens there', async () => {
    const { address, server } = await serve(right);
    await new Promise((resolve) => server.close(resolve));
    const found = await run({ candidate: [address], cases: cases(20) });
    expect(found).toMatchObject({ verdict: 'fail', errors: 20 });
  });
});

describe('trying again', () => {
  it('happens once, and only when the connection failed before the answer began', async () => {
    const broken = new Set<string>();
    const { address, seen } = await serve((call, response, calls) => {
      if (call.text.endsWith(' 2') && !broken.has(call.text)) {
        broken.add(call.text);
        response.destroy();
      } else right(call, response, calls);
    });
    const found = await run({ candidate: [address], cases: cases(10) });
    expect(found.errors).toBe(0);
    expect(seen.calls).toBe(10 + 3 + 1);
    expect(found.notes).toContain('calls made again after their connection had failed: 1');
  });

  it('does not happen once the answer has begun', async () => {
    let isBroken = false;
    const { address, seen } = await serve((call, response, calls) => {
      if (call.text !== 'spam 2' || calls <= 3 || isBroken) return right(call, response, calls);
      isBroken = true;
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{');
      setTimeout(() => response.destroy(), 10);
    });
    const found = await run({ candidate: [address], cases: cases(10) });
    expect(found.errors).toBe(1);
    expect(seen.calls).toBe(13);
  });

  it('does not happen for a 500', async () => {
    const { address, seen } = await serve((call, response, calls) =>
      call.text === 'spam 2' ? response.writeHead(500).end() : right(call, response, calls),
    );
    await run({ candidate: [address], cases: cases(10) });
    expect(seen.calls).toBe(13);
  });
});

describe('cancelling', () => {
  it('rejects with the reason and cuts the calls under way', async () => {
    const { address, seen } = await serve((call, response, calls) => {
      if (calls <= 10) right(call, response, calls);
    });
    const stop = new AbortController();
    const evaluation = run({
      candidate: [address],
      spec: spec({ timeoutMs: 60_000 }),
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done === 7) setTimeout(() => stop.abort(new Error('superseded')), 50);
      },
    });
    await expect(evaluation).rejects.toThrow('superseded');
    await expect.poll(() => seen.underWay).toBe(0);
    const after = seen.calls;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen.calls).toBe(after);
  });

  it('works while warming up, and before', async () => {
    const { address } = await serve(() => undefined);
    await expect(
      run({ candidate: [address], spec: spec({ timeoutMs: 60_000 }), signal: AbortSignal.timeout(50) }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(run({ candidate: [address], signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

it('a golden set that turns out broken ends the evaluation', async () => {
  const { address, seen } = await serve(right);
  const broken = async function* (): AsyncGenerator<GoldenCase> {
    yield* cases(5);
    throw new Error('line 6');
  };
  await expect(run({ candidate: [address], cases: broken() })).rejects.toThrow('line 6');
  expect(seen.calls).toBeLessThanOrEqual(8);
});

it('streams: cases are taken only as they are needed', async () => {
  const { address, seen } = await serve(right);
  let ahead = 0;
  const counted = function* (): Generator<GoldenCase> {
    for (const [i, golden] of cases(200).entries()) {
      ahead = Math.max(ahead, i - (seen.calls - 3));
      yield golden;
    }
  };
  await run({ candidate: [address], cases: counted() });
  expect(ahead).toBeLessThanOrEqual(4);
});

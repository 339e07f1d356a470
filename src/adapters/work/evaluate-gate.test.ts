import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelled, openGateBench, STABLE } from './testing/gate-bench.ts';
import type { Answering } from './testing/serve-labels.ts';
import { closeLabelServers, right, say, serveLabels, wrong } from './testing/serve-labels.ts';

let bench = openGateBench();
beforeEach(() => {
  bench = openGateBench();
});
afterEach(async () => {
  await closeLabelServers();
  bench.remove();
});

describe('the evaluation of a gate', () => {
  it('asks the release about every case and keeps each answer', async () => {
    const { address, seen } = await serveLabels(right);
    const found = await bench.run({ candidate: [`${address}/prefix/`] });
    expect(found).toMatchObject({ verdict: 'pass', cases: 40, errors: 0, comparedWith: null });
    expect(found.notes).toEqual(['3 calls to warm up were not counted']);
    expect(seen.calls).toBe(43);
    expect([...seen.urls]).toEqual(['/prefix/infer']);
    const { lines, cases } = await bench.kept('r1-0-0');
    expect(cases.map(({ id }) => id)).toEqual(labelled(40).map(({ id }) => id));
    expect(lines[0]).toMatchObject({ kind: 'run', name: 'example 2.0.0', baseline: null });
    expect(lines.at(-1)).toMatchObject({
      kind: 'summary',
      isOfGate: true,
      verdict: 'pass',
      requirements: [{ requirement: 'accuracy at least 80 %', verdict: 'pass' }],
    });
  });

  it('names the golden set by the digest that was sealed', async () => {
    const { address } = await serveLabels(right);
    const found = await bench.run({ candidate: [address], cases: labelled(30) });
    const text = labelled(30).map((one) => JSON.stringify(one));
    expect(found.golden).toBe((await bench.blobs.put(Buffer.from(text.join('\n')))).digest);
  });

  it('keeps to its concurrency and to its connections', async () => {
    const { address, seen } = await serveLabels((call, response) =>
      setTimeout(() => right(call, response, 0), 5),
    );
    await bench.run({ candidate: [address], spec: { concurrency: 3 } });
    expect(seen.most).toBe(3);
    expect(seen.connections).toBe(3);
  });

  it('fails a release that answers quickly, politely and wrongly, and names its cases', async () => {
    const [bad, good] = [await serveLabels(wrong), await serveLabels(right)];
    const found = await bench.run({
      candidate: [bad.address],
      stable: [good.address],
      requirements: [{ metric: 'accuracy', notWorseBy: 0.01 }],
    });
    expect(found).toMatchObject({ verdict: 'fail', errors: 0, comparedWith: STABLE });
    expect(found.notes.at(-1)).toMatch(/^worst cases: case 0, case 1, .*case 19$/);
    const { lines, cases } = await bench.kept('r1-0-0');
    expect(cases[0]).toMatchObject({ candidate: [{ output: 'ham' }], baseline: [{ output: 'spam' }] });
    expect(lines[0]).toMatchObject({ baseline: { label: 'example 1.0.0', digest: STABLE } });
    expect(lines.at(-1)).toMatchObject({ verdict: 'fail' });
  });

  it('asks both releases every case, sometimes the one first and sometimes the other', async () => {
    const order: string[] = [];
    const recording =
      (side: string): Answering =>
      (call, response) => {
        order.push(`${side} ${call.text}`);
        right(call, response, 0);
      };
    const candidate = await serveLabels(recording('candidate'));
    const stable = await serveLabels(recording('stable'));
    await bench.run({
      candidate: [candidate.address],
      stable: [stable.address],
      spec: { concurrency: 1 },
    });
    const counted = order.filter((entry, i) => i >= 8 || !entry.endsWith(' 0'));
    const firsts = counted.filter((_, i) => i % 2 === 0).map((entry) => entry.split(' ')[0]);
    for (let i = 0; i < counted.length; i += 2) {
      const texts = [counted[i], counted[i + 1]].map((entry) => entry!.replace(/^\S+ /, ''));
      expect(texts[0]).toBe(texts[1]);
    }
    expect(firsts.filter((side) => side === 'candidate').length).toBeGreaterThan(8);
    expect(firsts.filter((side) => side === 'stable').length).toBeGreaterThan(8);
  });

  it('asks the addresses of a release in turn', async () => {
    const [one, two] = [await serveLabels(right), await serveLabels(right)];
    await bench.run({ candidate: [one.address, two.address] });
    expect([one.seen.calls, two.seen.calls]).toEqual([23, 23]);
  });

  it('does not count what was slow while warming up', async () => {
    const { address } = await serveLabels((call, response, calls) =>
      setTimeout(() => right(call, response, 0), calls <= 3 ? 900 : 0),
    );
    const found = await bench.run({ candidate: [address] });
    expect(found.metrics.find(({ metric }) => metric === 'latency_p99_ms')?.value).toBeLessThan(800);
  });

  it('measures the latency up to the last byte', async () => {
    const { address } = await serveLabels(({ label }, response) => {
      response.write('{"outputs":[{"data":[');
      setTimeout(() => response.end(`"${label}"]}]}`), 60);
    });
    const found = await bench.run({ candidate: [address], cases: labelled(4) });
    expect(found.metrics.find(({ metric }) => metric === 'latency_p50_ms')?.value).toBeGreaterThan(55);
  });

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: as people write it
  it('means by its request what manifests always meant: no escapes, and the path as it is written', async () => {
    const { address, seen } = await serveLabels(right);
    await bench.run({
      candidate: [address],
      cases: [{ id: 'a', input: '..', expected: '..' }],
      spec: {
        request: {
          method: 'POST',
          path: '/v1/${input}/x',
          body: { inputs: [{ data: ['costs $${input} ${id}'] }] },
        },
      },
    });
    expect([...seen.urls]).toEqual(['/v1/../x']);
    expect(seen.texts[0]).toBe('costs $.. ${id}');
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as people write it

  it('counts the time before a connection broke as time of the case', async () => {
    const broken = new Set<string>();
    const { address } = await serveLabels((call, response, calls) => {
      if (calls <= 3 || broken.has(call.text)) return right(call, response, calls);
      broken.add(call.text);
      setTimeout(() => response.destroy(), 150);
    });
    const requirements = [{ metric: 'latency_p50_ms', max: 100 }] as const;
    const found = await bench.run({ candidate: [address], spec: { concurrency: 10 }, requirements });
    expect(found).toMatchObject({ verdict: 'fail', errors: 0 });
    const { cases } = await bench.kept('r1-0-0');
    for (const { candidate } of cases) expect(candidate[0]!.latencyMs).toBeGreaterThan(140);
    // Two attempts have one time-out together.
    const tries = new Map<string, number>();
    const slow = await serveLabels((call, response, calls) => {
      const nth = (tries.get(call.text) ?? 0) + 1;
      tries.set(call.text, nth);
      setTimeout(() => (nth % 2 === 1 ? response.destroy() : right(call, response, calls)), 200);
    });
    const late = await bench.run({
      candidate: [slow.address],
      spec: { timeoutMs: 300 },
      cases: labelled(4),
    });
    expect(late).toMatchObject({ errors: 4 });
  });

  it('sends what looks like another placeholder as it stands', async () => {
    const { address, seen } = await serveLabels(right);
    const body = { inputs: [{ data: ['$' + '{input} $' + '{id} $' + '{env:HOME}'] }] };
    const path = '/infer';
    const found = await bench.run({
      candidate: [address],
      cases: labelled(1),
      spec: { request: { method: 'POST', path, body } },
    });
    expect(found.errors).toBe(0);
    expect(seen.texts.at(-1)).toBe('spam 0 $' + '{id} $' + '{env:HOME}');
  });

  it('refuses a golden set with a case that has no label', async () => {
    const { address, seen } = await serveLabels(right);
    const cases = [...labelled(3), { id: 'x', input: 'spam', expected: { a: 1 } }];
    await expect(bench.run({ candidate: [address], cases })).rejects.toMatchObject({
      code: 'evaluation-unusable',
      message: expect.stringContaining('line 4'),
    });
    await expect(bench.run({ candidate: [address], cases: ['{'] })).rejects.toMatchObject({
      code: 'evaluation-unusable',
    });
    expect(seen.calls).toBe(0);
  });
});

describe('a case is an error when', () => {
  const faults: [string, Answering, string, RegExp][] = [
    ['the status says so', (_, response) => response.writeHead(500).end('{}'), 'status', /HTTP 500/],
    ['it is too busy', (_, response) => response.writeHead(503).end('{}'), 'rate-limited', /HTTP 503/],
    ['it redirects', (_, response) => response.writeHead(302, { location: '/' }).end(), 'status', /HTTP 302/],
    [
      'the answer is HTML',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      'not-json',
      /text\/html/,
    ],
    ['the JSON is broken', (_, response) => response.end('{"outputs":[{"da'), 'not-json', /not JSON/],
    ['there is no label', (_, response) => response.end('{"outputs":[]}'), 'no-output', /nothing at/],
    ['the label is an object', (_, response) => say(response, {}), 'no-output', /no label/],
    ['the server hangs', () => undefined, 'timeout', /within 600 ms/],
    ['the answer stops half-way', (_, response) => response.write('{"outputs":'), 'timeout', /within 600 ms/],
    [
      'the connection breaks in the answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{');
        setTimeout(() => response.destroy(), 10);
      },
      'connection',
      /connection closed|ECONN|other side|aborted|terminated/,
    ],
    [
      'the connection breaks before it',
      (_, response) => response.destroy(),
      'connection',
      /connection closed|ECONN/,
    ],
    [
      'the answer never ends growing',
      (_, response) => response.end(Buffer.alloc(9 * 1024 * 1024, 32)),
      'too-large',
      /larger than 8 MiB/,
    ],
  ];

  it.each(faults)('%s', async (_, fault, reason, detail) => {
    const { address } = await serveLabels((call, response, calls) =>
      call.text === 'spam 2' ? fault(call, response, calls) : right(call, response, calls),
    );
    // Only what hangs has to wait for the time-out; a busy machine must not turn the others into time-outs.
    const timeoutMs = reason === 'timeout' ? 600 : 10_000;
    const found = await bench.run({ candidate: [address], cases: labelled(20), spec: { timeoutMs } });
    expect(found).toMatchObject({ errors: 1, cases: 20 });
    const { cases } = await bench.kept('r1-0-0');
    expect(cases[2]?.candidate[0]).toMatchObject({ kind: 'error', reason });
    expect((cases[2]!.candidate[0] as { detail: string }).detail).toMatch(detail);
    expect(found.notes).toContain('worst cases: case 2');
    // One error in twenty is more than an evaluation can pass with, and it is no fast answer.
    expect(found.verdict).not.toBe('pass');
    expect(found.metrics.find(({ metric }) => metric === 'latency_p99_ms')?.value).toBe(timeoutMs);
  });

  it('nobody listens there, and the first cases are enough to see it', async () => {
    const { address, server } = await serveLabels(right);
    await new Promise((resolve) => server.close(resolve));
    const found = await bench.run({ candidate: [address], cases: labelled(60) });
    expect(found.verdict).toBe('fail');
    expect(found.errors).toBe(found.cases);
    expect(found.cases).toBeLessThan(30);
  });
});

describe('trying again', () => {
  it('happens once, and only when the connection failed before the answer began', async () => {
    const broken = new Set<string>();
    const { address, seen } = await serveLabels((call, response, calls) => {
      if (call.text.endsWith(' 2') && !broken.has(call.text)) {
        broken.add(call.text);
        response.destroy();
      } else right(call, response, calls);
    });
    const found = await bench.run({ candidate: [address], cases: labelled(10) });
    expect(found.errors).toBe(0);
    expect(seen.calls).toBe(10 + 3 + 1);
    expect(found.notes).toContain('calls made again: 1');
  });

  it('does not happen once the answer has begun', async () => {
    let isBroken = false;
    const { address, seen } = await serveLabels((call, response, calls) => {
      if (call.text !== 'spam 2' || calls <= 3 || isBroken) return right(call, response, calls);
      isBroken = true;
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{');
      setTimeout(() => response.destroy(), 10);
    });
    const found = await bench.run({ candidate: [address], cases: labelled(10) });
    expect(found.errors).toBe(1);
    expect(seen.calls).toBe(13);
  });

  it('does not happen for a 500', async () => {
    const { address, seen } = await serveLabels((call, response, calls) =>
      call.text === 'spam 2' ? response.writeHead(500).end() : right(call, response, calls),
    );
    await bench.run({ candidate: [address], cases: labelled(10) });
    expect(seen.calls).toBe(13);
  });
});

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelled, openGateBench, STABLE } from './testing/gate-bench.ts';
import { closeLabelServers, right, serveLabels } from './testing/serve-labels.ts';

let bench = openGateBench();
beforeEach(() => {
  bench = openGateBench();
});
afterEach(async () => {
  await closeLabelServers();
  bench.remove();
});

const KEY = 'ro_1/0/2';
const file = (name = 'ro_1-0-2'): string => join(bench.directory, `${name}.jsonl`);

describe('an evaluation that is called off', () => {
  it('rejects with the reason, cuts the calls under way, and later asks only about the rest', async () => {
    let isOpen = false;
    const { address, seen } = await serveLabels((call, response, calls) => {
      if (calls <= 13 || isOpen) right(call, response, calls);
    });
    const stop = new AbortController();
    const evaluation = bench.run({ key: KEY, candidate: [address], signal: stop.signal });
    // Three to warm up and ten that count were answered; four hang.
    await expect.poll(() => seen.calls, { timeout: 10_000 }).toBe(17);
    stop.abort(new Error('superseded'));
    await expect(evaluation).rejects.toThrow('superseded');
    await expect.poll(() => seen.underWay, { timeout: 10_000 }).toBe(0);
    expect((await bench.kept('ro_1-0-2')).cases).toHaveLength(10);

    isOpen = true;
    const found = await bench.run({ key: KEY, candidate: [address] });
    expect(found).toMatchObject({ verdict: 'pass', cases: 40, errors: 0, run: { id: 'ro_1-0-2' } });
    expect(seen.calls).toBe(17 + 3 + 30);
  });

  it('does so while warming up, and before', async () => {
    const { address, seen } = await serveLabels(() => undefined);
    const stop = new AbortController();
    const evaluation = bench.run({ key: KEY, candidate: [address], signal: stop.signal });
    await expect.poll(() => seen.calls, { timeout: 10_000 }).toBe(1);
    stop.abort(new Error('superseded'));
    await expect(evaluation).rejects.toThrow('superseded');
    await expect(
      bench.run({ key: KEY, candidate: [address], signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('after a crash', () => {
  it('goes on where the file ends', async () => {
    const { address, seen } = await serveLabels(right);
    await bench.run({ key: KEY, candidate: [address] });
    const lines = readFileSync(file(), 'utf8').split('\n');
    writeFileSync(file(), `${lines.slice(0, 26).join('\n')}\n${lines[26]!.slice(0, 40)}`);
    const found = await bench.run({ key: KEY, candidate: [address] });
    expect(found).toMatchObject({ verdict: 'pass', cases: 40 });
    expect(seen.calls).toBe(43 + 3 + 15);
  });

  it('judges a run that had ended without asking again, and comes to the same', async () => {
    const { address, seen } = await serveLabels(right);
    const before = await bench.run({ key: KEY, candidate: [address] });
    const after = await bench.run({ key: KEY, candidate: [address] });
    const { notes: _, ...same } = before;
    expect(after).toMatchObject(same);
    expect(seen.calls).toBe(43);
    const digest = createHash('sha256').update(readFileSync(file())).digest('hex');
    expect(after.run?.digest).toBe(`sha256:${digest}`);
  });

  it('begins anew beside a file that is damaged, or of another question', async () => {
    const { address, seen } = await serveLabels(right);
    await bench.run({ key: KEY, candidate: [address] });
    const text = readFileSync(file(), 'utf8');
    writeFileSync(file(), text.replace('"kind":"case"', '"kind":"what"'));
    expect(await bench.run({ key: KEY, candidate: [address] })).toMatchObject({ run: { id: 'ro_1-0-2.2' } });
    expect(seen.calls).toBe(2 * 43);
    const lines = readFileSync(file('ro_1-0-2.2'), 'utf8').split('\n');
    writeFileSync(file('ro_1-0-2.2'), `${lines.slice(0, 9).join('\n')}\n`);
    const found = await bench.run({ key: KEY, candidate: [address], cases: labelled(30) });
    expect(found).toMatchObject({ cases: 30, run: { id: 'ro_1-0-2.3' } });
  });
});

describe('stable', () => {
  const requirements = [{ metric: 'accuracy', notWorseBy: 0.2 }] as const;

  it('is asked about a case once, whatever number of releases is compared with it', async () => {
    const [candidate, stable] = [await serveLabels(right), await serveLabels(right)];
    const order = { candidate: [candidate.address], stable: [stable.address], requirements };
    const first = await bench.run(order);
    const second = await bench.run(order);
    expect(first).toMatchObject({ verdict: 'pass', comparedWith: STABLE });
    expect(second).toMatchObject({ verdict: 'pass', comparedWith: STABLE });
    expect(stable.seen.calls).toBe(43);
    expect(candidate.seen.calls).toBe(86);
    // One more case is asked about, and nothing else.
    await bench.run({ ...order, cases: labelled(41) });
    expect(stable.seen.calls).toBe(43 + 3 + 1);
  });

  it('is asked again in another environment, by another digest, for another question, or when times are compared', async () => {
    const [candidate, stable] = [await serveLabels(right), await serveLabels(right)];
    const addresses = [stable.address];
    const order = { candidate: [candidate.address], stable: addresses, requirements };
    await bench.run(order);
    const others = [
      { environment: 'staging' },
      { stable: { addresses, release: `sha256:${'6'.repeat(64)}` as const } },
      { stable: { addresses, isExternal: true } },
      { requirements: [{ metric: 'latency_p95_ms', notWorseBy: 500 }] as const },
      { spec: { answer: '/outputs/0/data' } },
    ];
    for (const [at, other] of others.entries()) {
      await bench.run({ ...order, ...other });
      expect(stable.seen.calls, JSON.stringify(other)).toBeGreaterThan(43 * (at + 1));
    }
  });
});

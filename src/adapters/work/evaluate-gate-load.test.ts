import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../core/evaluation/run/run-record.ts';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import { reportRun } from '../../evaluate/report/run/run-report.ts';
import { textReport } from '../../evaluate/report/run/text-report.ts';
import { openWorkshop, serviceConfig } from '../../registry/service.fixture.ts';
import { openGateBench } from './testing/gate-bench.ts';
import { closeLabelServers, right, serveLabels } from './testing/serve-labels.ts';

let shop = await openWorkshop();
let bench = openGateBench(shop.blobs);
beforeEach(async () => {
  shop = await openWorkshop();
  bench = openGateBench(shop.blobs);
});
afterEach(async () => {
  await closeLabelServers();
  await shop.close();
  bench.remove();
});

const CASES = 30;
const golden = Array.from({ length: CASES }, (_, i) =>
  JSON.stringify({ id: `c${i}`, input: `spam ${i}`, expected: 'spam' }),
).join('\n');

const seal = async (more: string): Promise<ReleaseManifest> => {
  await shop.write({
    'run.sh': 'echo',
    'golden.jsonl': golden,
    'tidegate-eval.yaml': `
golden: golden.jsonl
target:
  url: http://127.0.0.1:9999/infer
  body: {inputs: [{data: ["\${input}"]}]}
  output: /outputs/0/data/0
scorers: [accuracy]
${more}`,
  });
  return shop.seal(serviceConfig({ evaluation: { file: 'tidegate-eval.yaml', positive: null } }));
};

const LOAD = 'load: {open: {rate: 400/s, arrivals: fixed, duration: 900ms, warmUp: 100ms}}\n';
const SENT = 400;
// How sure an upper limit is depends on how busy the machine is; that an answer takes time does not.
const REQUIRE = `require:
  - {metric: accuracy, min: 80%}
  - {metric: load.p99, min: 0.001}
`;
const order = { requirements: [], load: 'allow' } as const;

describe('a load stage at the gate', () => {
  it('is for the candidate alone, on all of its replicas, and stands with the other results', async () => {
    const manifest = await seal(`${LOAD}${REQUIRE}  - {metric: load.throughput, min: 100000}\n`);
    expect(manifest.evaluation?.file).toMatchObject({ isRequiring: true, putsUnderLoad: true });
    const [one, other, stable] = [
      await serveLabels(right),
      await serveLabels(right),
      await serveLabels(right),
    ];
    const found = await bench.run({
      ...order,
      manifest,
      candidate: [one.address, other.address],
      stable: [stable.address],
      requirements: [{ metric: 'accuracy', min: 0.8 }],
    });
    expect(stable.seen.calls).toBe(3 + CASES);
    expect(one.seen.calls + other.seen.calls).toBe(6 + CASES + SENT);
    expect(Math.abs(one.seen.calls - other.seen.calls)).toBeLessThan(5);
    expect(found).toMatchObject({
      verdict: 'fail',
      requirements: [{ verdict: 'pass' }],
      own: [
        { requirement: 'accuracy at least 80%', verdict: 'pass' },
        {
          requirement: 'load.p99 at least 0.001',
          verdict: 'pass',
          held: { metric: 'load.p99', unit: 'ms' },
        },
        { requirement: 'load.throughput at least 100000', verdict: 'fail' },
      ],
    });
    expect(found.notes.join('\n')).toContain(`load, 400 requests a second`);
    const { lines } = await bench.kept('r1-0-0');
    expect(lines.at(-1)).toMatchObject({
      isOfGate: true,
      verdict: 'fail',
      calls: 2 * CASES + SENT,
      load: [{ part: 'open', sent: SENT, stoppedBy: null }],
    });
    const text = textReport(await reportRun(join(bench.directory, 'r1-0-0.jsonl')));
    expect(text).toMatch(/load\.p99 +all +[\d.,]+ ms/);
    expect(text).toMatch(/fail +load\.throughput at least 100000/);
  });

  it('is refused where the policy does not allow it, whatever the manifest says of its file', async () => {
    const manifest = await seal(LOAD + REQUIRE);
    const { address, seen } = await serveLabels(right);
    await expect(
      bench.run({ manifest, candidate: [address], requirements: [], load: 'refuse' }),
    ).rejects.toMatchObject({ code: 'evaluation-unusable', message: expect.stringContaining('load stage') });
    expect(seen.calls).toBe(0);
  });

  it('is left out where the policy says so, and what it should have shown does not apply', async () => {
    const manifest = await seal(LOAD + REQUIRE);
    const { address, seen } = await serveLabels(right);
    const requirements = [{ metric: 'accuracy', min: 0.8 }] as const;
    const found = await bench.run({ manifest, candidate: [address], requirements, load: 'skip' });
    expect(seen.calls).toBe(3 + CASES);
    expect(found).toMatchObject({
      verdict: 'pass',
      requirements: [{ requirement: { metric: 'accuracy' }, verdict: 'pass' }],
      own: [
        { requirement: 'accuracy at least 80%', verdict: 'pass' },
        { requirement: 'load.p99 at least 0.001', verdict: 'not-applicable', found: null },
      ],
    });
    const { lines } = await bench.kept('r1-0-0');
    expect(lines.at(-1)).toMatchObject({ requirements: { length: 3 } });
  });

  it('ends with the budget, and then shows nothing; what the policy requires of the cases stays decided', async () => {
    const manifest = await seal(`${LOAD}${REQUIRE}budget: {calls: ${CASES + 50}}\n`);
    const { address, seen } = await serveLabels(right);
    const requirements = [{ metric: 'accuracy', min: 0.8 }] as const;
    const found = await bench.run({ ...order, manifest, candidate: [address], requirements });
    expect(seen.calls).toBe(CASES + 50);
    expect(found).toMatchObject({
      verdict: 'inconclusive',
      requirements: [{ verdict: 'pass' }],
      own: [{ verdict: 'pass' }, { verdict: 'inconclusive', detail: 'load.p99 was not measured' }],
    });
  });

  it('stops at once when it is called off, and begins anew with no case asked again', async () => {
    const text = LOAD.replace('900ms', '30s');
    const { address, seen } = await serveLabels((call, response, calls) => {
      // Some answers never come.
      if (calls < 60 || calls % 2 === 0) right(call, response, calls);
    });
    const stop = new AbortController();
    const manifest = await seal(text + REQUIRE);
    const key = 'ro_1/0/0';
    const running = bench.run({ ...order, manifest, key, candidate: [address], signal: stop.signal });
    await expect.poll(() => seen.calls, { timeout: 20_000, interval: 5 }).toBeGreaterThan(100);
    stop.abort(new Error('superseded'));
    await expect(running).rejects.toThrow('superseded');
    await expect.poll(() => seen.underWay, { timeout: 10_000 }).toBe(0);
    const { lines, cases } = await bench.kept('ro_1-0-0');
    expect(cases).toHaveLength(CASES);
    const last = lines.at(-1) as RunSummary;
    expect(last).toMatchObject({ stoppedBy: 'interrupted', load: [{ stoppedBy: 'interrupted' }] });
    // Of 12,040.
    const { sent } = last.load![0]!;
    expect(sent).toBeLessThan(6_000);
    // What was on its way may still be read by the server, and nothing is sent after it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen.calls).toBeLessThanOrEqual(3 + CASES + sent);
  });

  it('of a control plane that was killed in it is repeated as a whole', async () => {
    const manifest = await seal(LOAD.replace('900ms', '300ms') + REQUIRE);
    const { address, seen } = await serveLabels(right);
    const key = 'ro_1/0/0';
    await bench.run({ ...order, manifest, key, candidate: [address] });
    const path = join(bench.directory, 'ro_1-0-0.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, `${lines.filter((line) => !line.includes('"kind":"summary"')).join('\n')}`);
    const before = seen.calls;
    const found = await bench.run({ ...order, manifest, key, candidate: [address] });
    expect(seen.calls - before).toBe(160);
    expect(found).toMatchObject({ cases: CASES, run: { id: 'ro_1-0-0' } });
    // Once it had ended it is not repeated.
    await bench.run({ ...order, manifest, key, candidate: [address] });
    expect(seen.calls - before).toBe(160);
  });
});

describe('more requests than a control plane can keep', () => {
  it('are refused when they are sealed, where their number is known', async () => {
    await expect(
      seal(`${LOAD.replace('400/s', '10000/s').replace('900ms', '1m')}${REQUIRE}`),
    ).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('601000 requests'),
    });
  });
});

describe('faults for an upstream', () => {
  it('are refused when they are sealed, with what to do instead', async () => {
    const faults = 'faults: {upstream: "http://127.0.0.1:1", listen: 127.0.0.1:9900, scenarios: [timeout]}\n';
    await expect(seal(`${faults}require: [fallback]\n`)).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('another configuration'),
      todo: expect.stringContaining('tidegate eval run'),
    });
  });
});

import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalText } from '../../core/ledger/canonical.ts';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import { manifestLimits, parseTree } from '../../registry/manifest-schema.ts';
import { openWorkshop, serviceConfig } from '../../registry/service.fixture.ts';
import { openGateBench, STABLE } from './testing/gate-bench.ts';
import { closeLabelServers, right, say, serveLabels, wrong } from './testing/serve-labels.ts';

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

const golden = (n: number): string =>
  Array.from({ length: n }, (_, i) => {
    const expected = i % 2 === 0 ? 'spam' : 'ham';
    return JSON.stringify({ nr: i, mail: `${expected} ${i}`, label: expected, tags: [`t${i % 4}`] });
  }).join('\n');

const file = (more = ''): string => `
golden: {file: ../data/golden.jsonl, fields: {id: nr, input: mail, expected: label}}
target:
  url: http://127.0.0.1:9999/v1/infer?x=1
  body: {inputs: [{data: ["\${input}"]}]}
  output: /outputs/0
concurrency: 3
scorers:
  - {scorer: accuracy, from: /data/0}
  - {scorer: json_schema, name: shape, schema: shapes/answer.json}
${more}`;

const REQUIRE = `require:
  - {metric: accuracy, min: 80%}
  - {metric: accuracy, worstSlice: true, min: 50%}
  - {metric: shape, min: 90%}
`;

const seal = async (text: string, files: Record<string, string> = {}): Promise<ReleaseManifest> => {
  await shop.write({
    'run.sh': 'echo',
    'evals/tidegate-eval.yaml': text,
    'evals/shapes/answer.json': '{"type": "object", "required": ["data"]}',
    'data/golden.jsonl': golden(60),
    ...files,
  });
  return shop.seal(serviceConfig({ evaluation: { file: 'evals/tidegate-eval.yaml', positive: null } }));
};

/** The same release with another text as its evaluation file. */
const resealed = async (manifest: ReleaseManifest, text: string): Promise<ReleaseManifest> => {
  const { evaluation } = manifest;
  if (evaluation?.file === undefined) throw new Error('no evaluation file');
  const put = async (content: string) => (await shop.blobs.put(Buffer.from(content))).digest;
  const tree = parseTree(await shop.blobs.read(evaluation.file.digest, manifestLimits.treeBytes));
  const digest = await put(text);
  const bytes = Buffer.byteLength(text);
  const files = tree.files.map((one) =>
    one.path === 'evals/tidegate-eval.yaml' ? { ...one, digest, bytes } : one,
  );
  const file = { ...evaluation.file, digest: await put(canonicalText({ ...tree, files })) };
  return { ...manifest, evaluation: { ...evaluation, file } };
};

describe('a release with an evaluation file', () => {
  it('is asked, scored and judged as the file said when it was sealed', async () => {
    const manifest = await seal(file(REQUIRE));
    expect(manifest.evaluation).toMatchObject({
      golden: { cases: 60 },
      request: { path: '/v1/infer?x=1' },
      file: { path: 'evals/tidegate-eval.yaml', golden: 'data/golden.jsonl', isRequiring: true },
    });
    // Nothing of the project is needed any more.
    await rm(shop.project, { recursive: true });
    const { address, seen } = await serveLabels(right);
    const found = await bench.run({ candidate: [address], manifest, requirements: [] });
    expect(found).toMatchObject({
      verdict: 'pass',
      golden: manifest.evaluation?.golden.digest,
      cases: 60,
      requirements: [],
      own: [
        { requirement: 'accuracy at least 80%', verdict: 'pass' },
        { requirement: 'accuracy on the worst slice at least 50%', verdict: 'pass' },
        { requirement: 'shape at least 90%', verdict: 'pass' },
      ],
    });
    expect([...seen.urls]).toEqual(['/v1/infer?x=1']);
    expect(seen.most).toBeLessThanOrEqual(3);
    const { lines } = await bench.kept('r1-0-0');
    expect(lines.at(-1)).toMatchObject({ isOfGate: true, verdict: 'pass' });
  });

  it('carries neither the file nor the golden set as code', async () => {
    const manifest = await seal(file());
    const { directory } = await shop.prepare(manifest);
    expect((await import('node:fs')).readdirSync(directory)).not.toContain('data');
  });

  it('fails what the file requires, on the slice where it is so', async () => {
    const manifest = await seal(file(REQUIRE));
    const { address } = await serveLabels((call, response, calls) =>
      Number(call.text.split(' ')[1]) % 4 === 3 ? wrong(call, response, calls) : right(call, response, calls),
    );
    const found = await bench.run({ candidate: [address], manifest, requirements: [] });
    expect(found.verdict).toBe('fail');
    expect(found.own?.[1]).toMatchObject({ verdict: 'fail', detail: expect.stringContaining('t3') });
  });

  it('is held to what the policy requires as well, which the file cannot make easier', async () => {
    const manifest = await seal(
      `${file(REQUIRE).replaceAll('80%', '10%').replaceAll('50%', '1%')}errors: 90%\nconfidence: 60%\n`,
    );
    const { address } = await serveLabels((call, response, calls) =>
      Number(call.text.split(' ')[1]) % 5 === 0
        ? response.writeHead(500).end()
        : right(call, response, calls),
    );
    const own = await bench.run({ candidate: [address], manifest, requirements: [] });
    expect(own.verdict).not.toBe('pass');
    const order = { candidate: [address], manifest, confidence: 0.95 };
    const found = await bench.run({ ...order, requirements: [{ metric: 'error_rate', max: 0.5 }] });
    expect(found).toMatchObject({ errors: 12, verdict: 'inconclusive' });
    expect(found.requirements).toMatchObject([{ requirement: { metric: 'error_rate', max: 0.5 } }]);
    expect(found.own).toHaveLength(3);
  });

  it('does not let a scorer of its own take the place of one of the policy', async () => {
    const always = 'export default async () => 1;';
    const { address } = await serveLabels(wrong);
    for (const name of ['policy-accuracy', 'policy:accuracy']) {
      const own = `  - {scorer: module, name: "${name}", file: always.mjs}\n`;
      const sealing = seal(file(own), { 'evals/always.mjs': always });
      if (name.includes(':')) {
        await expect(sealing).rejects.toMatchObject({ code: 'seal-failed' });
        continue;
      }
      const order = { candidate: [address], manifest: await sealing };
      const found = await bench.run({ ...order, requirements: [{ metric: 'accuracy', min: 0.5 }] });
      expect(found).toMatchObject({ verdict: 'fail', requirements: [{ estimate: 0 }] });
    }
  });

  it('cannot read what the control plane keeps for others', async () => {
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: as people write it
    const judge = (url: string, apiKey: string) =>
      file(
        `  - {scorer: judge, rubric: good, endpoint: {url: "${url}", model: m, apiKey: "${apiKey}"}}\n${REQUIRE}`,
      );
    const refused: [string, string, RegExp][] = [
      ['http://127.0.0.1:9/v1', 'file:/etc/hostname', /key file:\/etc\/hostname/],
      ['http://127.0.0.1:9/v1', 'env:HOME', /variable HOME/],
      ['http://127.0.0.1:9/${env:HOME}', 'env:TIDEGATE_EVAL_KEY', /variable HOME/],
    ];
    for (const [url, apiKey, message] of refused)
      await expect(seal(judge(url, apiKey))).rejects.toMatchObject({
        code: 'seal-failed',
        message: expect.stringMatching(message),
      });
    const headers = (name: string) =>
      file(REQUIRE).replace('  output:', `  headers: {x-key: "\${env:${name}:-usual}"}\n  output:`);
    await expect(seal(headers('HOME'))).rejects.toMatchObject({ message: expect.stringMatching(/HOME/) });
    const manifest = await seal(
      headers('TIDEGATE_EVAL_KEY').replace('http://127.0.0.1:9999', '${env:HERE_ONLY}'),
    );
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as people write it
    const { address } = await serveLabels(right);
    expect(await bench.run({ candidate: [address], manifest, requirements: [] })).toMatchObject({
      verdict: 'pass',
    });
    // A release that somebody sealed otherwise.
    for (const text of [headers('HOME'), judge('http://127.0.0.1:9/v1', 'file:/etc/hostname')]) {
      const forged = await resealed(manifest, text);
      await expect(
        bench.run({ candidate: [address], manifest: forged, requirements: [] }),
      ).rejects.toMatchObject({ code: 'evaluation-unusable' });
    }
  });

  it('can name no file outside of its project', async () => {
    const manifest = await seal(file());
    const { address } = await serveLabels(right);
    await shop.write({ 'train.jsonl': golden(2) });
    for (const [named, line] of [
      ['schema: shapes/answer.json', 'schema: ../../elsewhere.json'],
      ['schema: shapes/answer.json', `schema: ${shop.project}/evals/shapes/answer.json`],
      ['concurrency: 3', `trainingData: ${shop.project}/train.jsonl`],
      ['concurrency: 3', 'tools: ../../tools.json'],
    ] as const) {
      const text = file().replace(named, line);
      await expect(seal(text)).rejects.toMatchObject({
        code: 'seal-failed',
        message: expect.stringContaining('outside of the folder'),
      });
      const forged = await resealed(manifest, text);
      await expect(
        bench.run({ candidate: [address], manifest: forged, requirements: [] }),
      ).rejects.toMatchObject({ code: 'config-invalid' });
    }
  });

  it('is compared with stable, which is not asked again', async () => {
    const manifest = await seal(file('require: [{metric: shape, notWorseBy: 20%}]\n'));
    const [candidate, stable] = [await serveLabels(right), await serveLabels(right)];
    const order = { candidate: [candidate.address], stable: [stable.address], manifest, requirements: [] };
    expect(await bench.run(order)).toMatchObject({ verdict: 'pass', comparedWith: STABLE });
    expect(await bench.run(order)).toMatchObject({ verdict: 'pass', comparedWith: STABLE });
    expect(stable.seen.calls).toBe(63);
    const first = await bench.run({ candidate: [candidate.address], manifest, requirements: [] });
    expect(first.own).toMatchObject([{ verdict: 'not-applicable' }]);
  });

  it('is inconclusive when its budget is spent, and keeps to it', async () => {
    const manifest = await seal(`${file(REQUIRE)}budget: {calls: 20}\n`);
    const { address, seen } = await serveLabels(right);
    const found = await bench.run({ candidate: [address], manifest, requirements: [] });
    expect(found).toMatchObject({ verdict: 'inconclusive', cases: 20 });
    expect(seen.calls).toBe(20);
    // Going on after a crash does not give it another budget.
    const key = 'r1/0/0';
    expect(await bench.run({ key, candidate: [address], manifest, requirements: [] })).toMatchObject({
      verdict: 'inconclusive',
    });
    expect(seen.calls).toBe(20);
    // What the policy requires is not avoided by a small budget, whatever the policy lets pass.
    const requirements = [{ metric: 'accuracy', min: 0.5 }] as const;
    expect(await bench.run({ candidate: [address], manifest, requirements })).toMatchObject({
      verdict: 'fail',
      notes: expect.arrayContaining([expect.stringContaining('budget was spent')]),
    });
  });

  it('is asked no more than the verdict needs, where the file says so', async () => {
    const manifest = await seal(`${file('require: [{metric: shape, min: 40%}]\n')}stopEarly: true\n`, {
      'data/golden.jsonl': golden(400),
    });
    const { address, seen } = await serveLabels(right);
    const found = await bench.run({ candidate: [address], manifest, requirements: [] });
    expect(found.verdict).toBe('pass');
    expect(seen.calls).toBeLessThan(200);
  });

  it('fails when it answers nothing, and is not asked for ever', async () => {
    const manifest = await seal(file(REQUIRE));
    const { address, seen } = await serveLabels((_, response) => response.writeHead(500).end());
    expect(await bench.run({ candidate: [address], manifest, requirements: [] })).toMatchObject({
      verdict: 'fail',
    });
    expect(seen.calls).toBeLessThan(40);
  });

  it('runs its own programs only where they may run as the control plane does', async () => {
    const manifest = await seal(file('  - {scorer: module, name: short, file: short.mjs}\n'), {
      'evals/short.mjs': 'export default (one, output) => output.data[0].length < 9 ? 1 : 0;',
    });
    const { address } = await serveLabels(right);
    const order = {
      candidate: [address],
      manifest,
      requirements: [{ metric: 'accuracy', min: 0.5 }] as const,
    };
    await expect(bench.run({ ...order, isIsolated: true })).rejects.toMatchObject({
      code: 'evaluation-unusable',
    });
    expect(await bench.run(order)).toMatchObject({ verdict: 'pass' });
    const { cases } = await bench.kept('r2-0-0');
    expect(cases[0]?.candidate[0]).toMatchObject({ scores: { short: 1 } });
  });

  it('is refused when something it needs is not there', async () => {
    const text = file().replace('shapes/answer.json', 'shapes/none.json');
    await expect(seal(text)).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('line 10'),
    });
    await shop.write({ 'data/golden.csv': 'nr,mail,label\n1,a,b\n' });
    await expect(seal(file().replace('golden.jsonl', 'golden.csv'))).rejects.toMatchObject({
      code: 'seal-failed',
    });
    await expect(seal(file().replace('../data/golden.jsonl', '../../golden.jsonl'))).rejects.toMatchObject({
      code: 'seal-failed',
    });
  });

  it('says nothing of an answer that is wrong but has the shape', async () => {
    const manifest = await seal(file('require: [{metric: shape, min: 90%}]\n'));
    const { address } = await serveLabels((_, response) => say(response, { no: 'label' }));
    expect(await bench.run({ candidate: [address], manifest, requirements: [] })).toMatchObject({
      errors: 0,
      verdict: 'pass',
    });
  });
});

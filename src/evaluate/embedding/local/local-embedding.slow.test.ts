import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { labelled, openGateBench } from '../../../adapters/work/testing/gate-bench.ts';
import { closeLabelServers, right, serveLabels, wrong } from '../../../adapters/work/testing/serve-labels.ts';
import type { OnnxModel } from '../../../core/evaluation/embedding/onnx-method.ts';
import { openWorkshop, serviceConfig } from '../../../registry/service.fixture.ts';
import { openBench, planOf, scorerOf } from '../../testing/run-plan.ts';
import { findOnnxPackages } from './find-onnx-packages.ts';
import type { LocalEmbedder } from './local-embedder.ts';
import { openLocalEmbedder } from './local-embedder.ts';
import { TABLE, WORDS, writeOnnxProject } from './testing/onnx-project.ts';
import { STRING, tableModel, wordPieceTokenizer } from './testing/table-model.ts';

// Installs both packages as a user would, and runs small models of our own making with them.
const root = mkdtempSync(join(tmpdir(), 'tidegate-onnx-'));
const before = process.cwd();

const onnx = (more: Partial<OnnxModel> = {}): OnnxModel => ({
  model: join(root, 'tokens.onnx'),
  tokenizer: join(root, 'tokenizer.json'),
  pooling: 'mean',
  output: null,
  maxTokens: null,
  prefix: '',
  batch: 1,
  threads: 1,
  timeoutMs: 30_000,
  ...more,
});

beforeAll(() => {
  writeOnnxProject(root);
  // Where a user would have started it.
  process.chdir(root);
}, 300_000);
afterAll(() => {
  process.chdir(before);
  rmSync(root, { recursive: true, force: true });
});

const never = new AbortController().signal;
const opened: LocalEmbedder[] = [];
const open = async (more: Partial<OnnxModel> = {}): Promise<LocalEmbedder> => {
  const embedder = await openLocalEmbedder(onnx(more), findOnnxPackages(), never);
  opened.push(embedder);
  return embedder;
};
afterEach(async () => {
  for (const embedder of opened.splice(0)) await embedder.close();
});
const vectors = async ({ embed }: LocalEmbedder, ...texts: string[]) => {
  const embedded = await embed(texts, never);
  return embedded.kind === 'read' ? embedded.answer : embedded.detail;
};
const near = (...vector: number[]) => vector.map((value) => expect.closeTo(value, 6));
const [ROOT5, ROOT17] = [Math.sqrt(5), Math.sqrt(17)];

/** The processes of models that we started. */
const hosts = (): number[] => {
  const found = spawnSync('pgrep', ['-P', String(process.pid), '-f', 'model-host'], { encoding: 'utf8' });
  return found.stdout.split('\n').filter(Boolean).map(Number);
};
const kill = (): void => {
  for (const pid of hosts()) process.kill(pid, 'SIGKILL');
};

describe('a sentence model on this machine', () => {
  it('gives the mean of its tokens, special ones included, at length 1', async () => {
    // [CLS] cat [SEP]: ((1 + 3 + 0) / 3, (0 + 1 + 1) / 3), along (2, 1). [CLS] cat ##s [SEP]: (4 / 4, 6 / 4), along (2, 3).
    expect(await vectors(await open(), 'Cat', 'cats', 'the DOG', 'cat sat')).toEqual([
      near(2 / ROOT5, 1 / ROOT5),
      near(2 / Math.sqrt(13), 3 / Math.sqrt(13)),
      near(2 / Math.sqrt(13), 3 / Math.sqrt(13)),
      near(4 / ROOT17, 1 / ROOT17),
    ]);
  });

  it('gives a text the same vector alone and beside longer ones', async () => {
    const texts = ['sat', 'cat', 'cat sat', 'the cat sat the dog', 'dogs', 'the the the the the the the'];
    const alone = await vectors(await open(), ...texts);
    const together = await vectors(await open({ batch: 16 }), ...texts);
    expect(together).toEqual((alone as number[][]).map((vector) => near(...vector)));
  });

  it('gives the first token, or what the model makes of all', async () => {
    // No special token comes first here, so it is the word: (3, 1), and (4, 0).
    const first = await open({ pooling: 'cls', tokenizer: join(root, 'bare.json') });
    expect(await vectors(first, 'cat dog', 'sat')).toEqual([
      near(3 / Math.sqrt(10), 1 / Math.sqrt(10)),
      near(1, 0),
    ]);
    const whole = await open({ model: join(root, 'sentence.onnx'), pooling: 'none', batch: 4 });
    expect(await vectors(whole, 'cat', 'cat sat')).toEqual([
      near(2 / ROOT5, 1 / ROOT5),
      near(4 / ROOT17, 1 / ROOT17),
    ]);
  });

  it('reads a long text up to its limit and says so, and a prefix before each', async () => {
    const short = await open({ maxTokens: 3 });
    expect(await short.embed(['dog cat sat the'], never)).toEqual({
      kind: 'read',
      answer: [near(1 / ROOT5, 2 / ROOT5)],
      cutAtTokens: 3,
    });
    expect(await short.embed(['dog'], never)).not.toHaveProperty('cutAtTokens');
    const prefixed = await open({ prefix: 'the ' });
    expect(await vectors(prefixed, 'dog')).toEqual([near(2 / Math.sqrt(13), 3 / Math.sqrt(13))]);
  });

  it('fails a text whose numbers are not finite, and one that it cannot read, and no other', async () => {
    const model = await open({ batch: 8 });
    expect(await vectors(model, 'cat')).toHaveLength(1);
    expect(await vectors(model, 'broken')).toContain('not of finite numbers');
    const all = Promise.all([vectors(model, 'the'), vectors(model, 'broken cat'), vectors(model, 'sat')]);
    expect(await all).toEqual([
      [near(Math.SQRT1_2, Math.SQRT1_2)],
      expect.stringContaining('not of finite numbers'),
      [near(5 / Math.sqrt(26), 1 / Math.sqrt(26))],
    ]);
    expect(await vectors(model, 'beyond')).toContain('the model failed');
    const unread = Promise.all([
      vectors(model, 'dog'),
      vectors(model, 'beyond cat'),
      vectors(model, 'the dog'),
    ]);
    expect((await unread).map((vector) => typeof vector)).toEqual(['object', 'string', 'object']);
    expect(await vectors(model, 'cat')).toHaveLength(1);
  });

  it('goes on with a new process when one is killed', async () => {
    const model = await open();
    expect(await vectors(model, 'cat')).toHaveLength(1);
    kill();
    expect(await vectors(model, 'dog')).toContain('signal SIGKILL');
    expect(await vectors(model, 'dog')).toEqual([near(1 / ROOT5, 2 / ROOT5)]);
    writeFileSync(join(root, 'changing.json'), wordPieceTokenizer(WORDS));
    const changing = await open({ tokenizer: join(root, 'changing.json') });
    writeFileSync(join(root, 'changing.json'), wordPieceTokenizer(WORDS, true));
    kill();
    expect(await vectors(changing, 'dog')).toContain('SIGKILL');
    expect(await vectors(changing, 'dog')).toContain('was changed while the run went on');
  });

  it('leaves no process where the run ends over the first texts of a new one', async () => {
    const model = await open({ timeoutMs: 60_000 });
    kill();
    expect(await vectors(model, 'dog')).toContain('signal SIGKILL');
    const slow = vectors(model, 'the cat sat '.repeat(1_000_000));
    // Open by then, and busy for seconds more; if not, this shows less and still holds.
    await sleep(1_500);
    await model.close();
    expect(hosts()).toEqual([]);
    expect(await slow).toBeTypeOf('string');
  });

  it.each([
    ['its pooling does not fit', { pooling: 'none' }, 'needs pooling: mean or cls'],
    ['an output is not there', { output: 'pooler_output' }, 'no output pooler_output, but last_hidden_state'],
    ['it has no room for a text', { maxTokens: 2 }, 'cannot be cut to 2'],
    ['it is no ONNX file', { model: 'tokenizer.json' }, 'is no ONNX model'],
    ['its tokenizer is none', { tokenizer: 'package.json' }, 'tokenizer'],
    ['it wants what is not known', { model: 'strange.onnx' }, 'it wants position_ids'],
    ['it takes texts', { model: 'texts.onnx' }, 'with its tokenizer inside is not supported'],
    ['it ends in the middle', { model: 'half.onnx' }, 'is no ONNX model'],
  ] as const)('is refused before anything is asked when %s', async (_, more, problem) => {
    const files = Object.entries(more).map(([key, name]) =>
      key === 'model' || key === 'tokenizer' ? [key, join(root, String(name))] : [key, name],
    );
    const strange = (name: string, type: number) =>
      tableModel({ table: TABLE, gives: 'tokens', wants: { name, type } });
    writeFileSync(join(root, 'strange.onnx'), strange('position_ids', 7));
    writeFileSync(join(root, 'texts.onnx'), strange('text', STRING));
    writeFileSync(join(root, 'half.onnx'), readFileSync(join(root, 'tokens.onnx')).subarray(0, 300));
    await expect(open(Object.fromEntries(files))).rejects.toMatchObject({
      code: 'embedding-model-unusable',
      message: expect.stringContaining(problem),
    });
  });
});

describe('the gate of a release', () => {
  it('scores with the model that was sealed, wherever the project went', async () => {
    const shop = await openWorkshop();
    const gate = openGateBench(shop.blobs);
    try {
      await shop.write({
        'run.sh': 'echo',
        'golden.jsonl': labelled(40)
          .map((one) => JSON.stringify(one))
          .join('\n'),
        'models/model.onnx': readFileSync(join(root, 'tokens.onnx')),
        'models/tokenizer.json': readFileSync(join(root, 'tokenizer.json')),
        'tidegate-eval.yaml': `
golden: golden.jsonl
target: {url: http://127.0.0.1:9999/infer, body: {inputs: [{data: ["\${input}"]}]}, output: /outputs/0}
scorers:
  - scorer: embedding_similarity
    from: /data/0
    onnx: {model: models/model.onnx, tokenizer: models/tokenizer.json, pooling: mean}
require: [{metric: embedding_similarity, min: 50%}]
`,
      });
      const evaluation = { file: 'tidegate-eval.yaml', positive: null };
      const manifest = await shop.seal(serviceConfig({ evaluation }));
      rmSync(shop.project, { recursive: true });
      const order = { manifest, requirements: [] } as const;
      const good = await serveLabels(right);
      expect(await gate.run({ ...order, candidate: [good.address] })).toMatchObject({ verdict: 'pass' });
      const { cases } = await gate.kept('r1-0-0');
      expect(cases[0]?.candidate[0]).toMatchObject({
        scores: { embedding_similarity: expect.closeTo(1, 6) },
      });
      // [CLS] spam [SEP] is (9, 1), [CLS] ham [SEP] is (1, 9): 18 / 82.
      const bad = await serveLabels(wrong);
      expect(await gate.run({ ...order, candidate: [bad.address] })).toMatchObject({ verdict: 'fail' });
      const { cases: failed } = await gate.kept('r2-0-0');
      expect(failed[0]?.candidate[0]).toMatchObject({
        scores: { embedding_similarity: expect.closeTo(18 / 82, 6) },
      });
    } finally {
      await closeLabelServers();
      await shop.close();
      gate.remove();
    }
  });
});

describe('a run', () => {
  it('scores by it without a call, signed with the digests of both files', async () => {
    const bench = openBench();
    try {
      const target = await bench.serve((body) => body);
      const how = { kind: 'local-embedding', onnx: onnx({ maxTokens: 6 }) } as const;
      const cases = [
        { id: 'apart', input: 'cat', expected: 'dog' },
        { id: 'nearest', input: 'cat', expected: ['dog', 'the', 'Cat'] },
        { id: 'cut', input: 'cat cat cat cat dog', expected: 'dog' },
        { id: 'empty', input: ' ', expected: 'dog' },
        { id: 'broken', input: 'broken', expected: 'dog' },
      ];
      const { head, records, summary } = await bench.run(
        planOf(target.url, { scorers: [scorerOf('embedding_similarity', { how })] }),
        cases,
      );
      const found = records.map(({ candidate: [answer] }) =>
        answer?.kind === 'answer'
          ? [
              answer.scores.embedding_similarity,
              answer.reasons?.embedding_similarity ?? answer.failures?.embedding_similarity?.detail,
            ]
          : answer?.kind,
      );
      // (2, 1) and (1, 2) at length 1 have the cosine 4 / 5; [CLS] and four cats [SEP] are (13, 5).
      expect(found).toEqual([
        [expect.closeTo(0.8, 6), undefined],
        [expect.closeTo(1, 6), undefined],
        [expect.closeTo(23 / Math.sqrt(5 * 194), 6), 'only the first 6 tokens count of the answer'],
        [-1, 'the answer is empty'],
        [undefined, expect.stringContaining('finite')],
      ]);
      expect(summary).toMatchObject({ calls: 5 });
      expect(summary.verdict).not.toBe('pass');
      const digest = (name: string) =>
        createHash('sha256')
          .update(readFileSync(join(root, name)))
          .digest('hex');
      const signature = head.metrics[0]?.signature;
      expect(signature).toContain(`onnx:sha256:${digest('tokens.onnx')}`);
      expect(signature).toContain(`tokenizer:sha256:${digest('tokenizer.json')}`);
      expect(signature).toContain('pooling:mean|tokens:6|as:onnxruntime-node-1.30.0+tokenizers-0.2.0');
    } finally {
      await bench.remove();
    }
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestLimits, parseTree } from '../../registry/manifest-schema.ts';
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

const file = (model = 'models/minilm.onnx'): string => `
golden: ../golden.jsonl
target: {url: http://127.0.0.1:9999/infer, body: {inputs: [{data: ["\${input}"]}]}, output: /outputs/0}
scorers:
  - scorer: embedding_similarity
    from: /data/0
    onnx: {model: ${model}, tokenizer: models/tokenizer.json, pooling: mean}
`;

const seal = async (text: string) => {
  await shop.write({
    'run.sh': 'echo',
    'elsewhere/minilm.onnx': 'weights',
    'evals/tidegate-eval.yaml': text,
    'evals/models/minilm.onnx': 'weights',
    'evals/models/tokenizer.json': '{}',
    'golden.jsonl': '{"id": 1, "input": "spam 1", "expected": "spam"}',
  });
  return shop.seal(serviceConfig({ evaluation: { file: 'evals/tidegate-eval.yaml', positive: null } }));
};

describe('a release whose evaluation has a model of its own', () => {
  it('is sealed with the model and its tokenizer', async () => {
    for (const model of ['models/minilm.onnx', '../elsewhere/minilm.onnx']) {
      const { evaluation } = await seal(file(model));
      const tree = parseTree(await shop.blobs.read(evaluation!.file!.digest, manifestLimits.treeBytes));
      expect(tree.files.map(({ path }) => path).sort()).toEqual(
        [
          'evals/models/tokenizer.json',
          'evals/tidegate-eval.yaml',
          model.startsWith('..') ? 'elsewhere/minilm.onnx' : 'evals/models/minilm.onnx',
        ].sort(),
      );
    }
  });

  it('is refused when the model is not there, or stands outside', async () => {
    await expect(seal(file('models/none.onnx'))).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('there is no file models/none.onnx'),
    });
    for (const outside of ['../../minilm.onnx', '/srv/minilm.onnx'])
      await expect(seal(file(outside))).rejects.toMatchObject({
        code: 'seal-failed',
        message: expect.stringContaining('outside of the folder'),
      });
  });

  it('is not examined where nothing of a release may run as the control plane does', async () => {
    const manifest = await seal(file());
    const { address, seen } = await serveLabels(right);
    await expect(
      bench.run({ candidate: [address], manifest, requirements: [], isIsolated: true }),
    ).rejects.toMatchObject({ code: 'evaluation-unusable' });
    expect(seen.calls).toBe(0);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import onnxruntime from 'onnxruntime-node';
import { wordPieces } from './word-pieces.ts';

/** A text as a vector of length 1: what means the same points the same way. */
export type Embed = (text: string) => Promise<Float32Array>;

/** Loads `model.onnx` and `vocabulary.json` of a folder: a BERT model whose last layer is averaged over the words. */
export const openEmbed = async (folder: string): Promise<Embed> => {
  const pieces = wordPieces(JSON.parse(readFileSync(join(folder, 'vocabulary.json'), 'utf8')) as string[]);
  const session = await onnxruntime.InferenceSession.create(join(folder, 'model.onnx'), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const output = session.outputNames[0]!;
  return async (text) => {
    const ids = pieces(text);
    const row = (values: readonly number[]) =>
      new onnxruntime.Tensor('int64', BigInt64Array.from(values, BigInt), [1, ids.length]);
    const feeds: Record<string, ReturnType<typeof row>> = {};
    for (const name of session.inputNames)
      feeds[name] = row(name === 'input_ids' ? ids : ids.map(() => (name === 'attention_mask' ? 1 : 0)));
    const { [output]: layer } = await session.run(feeds);
    const [, words = 0, width = 0] = layer!.dims;
    const values = layer!.data as Float32Array;
    const sum = new Float32Array(width);
    for (let word = 0; word < words; word += 1)
      for (let at = 0; at < width; at += 1) sum[at] = sum[at]! + values[word * width + at]!;
    const length = Math.hypot(...sum);
    return sum.map((value) => value / length);
  };
};

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import onnxruntime from 'onnxruntime-node';
import type { Classifier } from './classifier.ts';
import { mailFeatures } from './mail-features.ts';
import { mailText } from './mail-text.ts';

/**
 * Opens `model.onnx` and `model.json` in the folder. Runs on one thread: a row needs microseconds, and replicas are how this
 * service uses more cores. Rejects if a file is missing or not a model.
 */
export async function openOnnxClassifier(
  folder: string,
): Promise<{ classify: Classifier; threshold: number }> {
  const { hashSize, threshold } = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as {
    hashSize: number;
    threshold: number;
  };
  const session = await onnxruntime.InferenceSession.create(join(folder, 'model.onnx'), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const classify: Classifier = async (mails) => {
    const rows = mails.map((mail) => mailFeatures(mailText(mail), hashSize));
    // A width of zero (only mails without a word) is not a shape every operator accepts.
    const width = Math.max(1, ...rows.map((row) => row.indices.length));
    const index = new Int32Array(rows.length * width);
    const value = new Float32Array(rows.length * width);
    for (const [at, row] of rows.entries()) {
      index.set(row.indices, at * width);
      value.set(row.values, at * width);
    }
    const shape = [rows.length, width];
    const outputs = await session.run({
      index: new onnxruntime.Tensor('int32', index, shape),
      value: new onnxruntime.Tensor('float32', value, shape),
    });
    return Array.from(outputs.score!.data as Float32Array);
  };
  return { classify, threshold };
}

import type { OnnxModel } from '../../../core/evaluation/embedding/onnx-method.ts';
import type { ScorerSpec } from '../../../core/evaluation/run/evaluation-plan.ts';
import { digestOf } from '../../golden/canonical-json.ts';
import { findOnnxPackages } from './find-onnx-packages.ts';
import type { LocalEmbedder } from './local-embedder.ts';
import { openLocalEmbedder } from './local-embedder.ts';

/** The model of a scorer; every one that the run needs is open. */
export type LocalEmbedders = (onnx: OnnxModel) => LocalEmbedder;

/**
 * Opens the models on this machine that scorers name, each once, before anything is asked. What was opened is added to `closing`.
 * @throws TidegateError `onnx-not-installed`, `embedding-model-unusable`
 */
export const openLocalEmbedders = async (
  scorers: readonly ScorerSpec[],
  signal: AbortSignal,
  closing: (() => Promise<unknown>)[],
): Promise<LocalEmbedders> => {
  const open = new Map<string, LocalEmbedder>();
  for (const { how } of scorers) {
    if (how.kind !== 'local-embedding') continue;
    const key = digestOf(how.onnx);
    if (open.has(key)) continue;
    const embedder = await openLocalEmbedder(how.onnx, findOnnxPackages(), signal);
    closing.push(embedder.close);
    open.set(key, embedder);
  }
  return (onnx) => {
    const found = open.get(digestOf(onnx));
    if (found === undefined) throw new RangeError(`the model ${onnx.model} was not opened`);
    return found;
  };
};

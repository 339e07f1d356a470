import type { Digest } from '../../digest.ts';
import type { OnnxModel } from './onnx-method.ts';

/** What decides the vectors of a model that was opened. */
export interface OpenedModel {
  readonly model: Digest;
  readonly tokenizer: Digest;
  readonly output: string;
  readonly maxTokens: number;
  /** Versions of the packages that read the two files. */
  readonly runtimeVersion: string;
  readonly tokenizersVersion: string;
}

/** Everything that decides a score by a model on this machine. Texts that share a batch can move a vector a little, so a batch of more than one is named. */
export const embeddingSignature = (
  { pooling, prefix, batch }: Pick<OnnxModel, 'pooling' | 'prefix' | 'batch'>,
  opened: OpenedModel,
): string =>
  [
    'embedding_similarity|cosine',
    `onnx:${opened.model}`,
    `tokenizer:${opened.tokenizer}`,
    `output:${encodeURIComponent(opened.output)}`,
    `pooling:${pooling}`,
    `tokens:${opened.maxTokens}`,
    ...(prefix === '' ? [] : [`prefix:${encodeURIComponent(prefix)}`]),
    ...(batch === 1 ? [] : [`batch:${batch}`]),
    `as:onnxruntime-node-${opened.runtimeVersion}+tokenizers-${opened.tokenizersVersion}`,
    'v:1',
  ].join('|');

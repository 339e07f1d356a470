import { resolve } from 'node:path';
import type { LocalEmbeddingMethod } from '../core/evaluation/embedding/onnx-method.ts';
import type {
  EmbeddingMethod,
  JudgeMethod,
  JudgeTask,
  ModelEndpoint,
  ModerationMethod,
} from '../core/judging/judge-method.ts';
import { EVALUATION_DEFAULTS } from './defaults.ts';
import type { ModelScorerName } from './schema/eval-model-schema.ts';
import type { EvalScorerInput } from './schema/eval-scorer-schema.ts';

/** Spells out how a scorer asks its model. The input was checked: what its scorer needs is there. */
export const toModelMethod = (
  scorer: ModelScorerName,
  input: EvalScorerInput,
  directory: string,
): JudgeMethod | EmbeddingMethod | LocalEmbeddingMethod | ModerationMethod => {
  if (scorer === 'embedding_similarity' && input.onnx !== undefined)
    return localMethod(input.onnx, directory);
  const endpoint = endpointOf(input);
  if (scorer === 'embedding_similarity') return { kind: 'embedding', endpoint };
  if (scorer === 'moderation') return { kind: 'moderation', endpoint, categories: input.categories ?? null };
  const { context, judgements, calibration } = input;
  return {
    kind: 'judge',
    endpoint,
    task: taskOf(scorer, input),
    repeats: judgements ?? { least: 1, most: 1, within: 0 },
    context:
      context === undefined
        ? null
        : context.case === undefined
          ? { in: 'output', pointer: context.output ?? '' }
          : { in: 'case', pointer: context.case },
    calibration: calibration === undefined ? null : resolve(directory, calibration),
  };
};

const localMethod = (
  { model, tokenizer, timeout, output, maxTokens, ...rest }: NonNullable<EvalScorerInput['onnx']>,
  directory: string,
): LocalEmbeddingMethod => ({
  kind: 'local-embedding',
  onnx: {
    ...rest,
    model: resolve(directory, model),
    tokenizer: resolve(directory, tokenizer),
    output: output ?? null,
    maxTokens: maxTokens ?? null,
    timeoutMs: timeout,
  },
});

const endpointOf = ({ endpoint }: EvalScorerInput): ModelEndpoint => {
  if (endpoint === undefined) throw new RangeError('a scorer that asks a model has an endpoint');
  const { url, model, headers, apiKey, parameters, timeout, price, version } = endpoint;
  return {
    url,
    model,
    headers,
    apiKey: apiKey ?? null,
    parameters,
    timeoutMs: timeout,
    price: price === undefined ? null : { inputUsd: price.input, outputUsd: price.output },
    version: version ?? null,
  };
};

const taskOf = (
  scorer: Exclude<ModelScorerName, 'embedding_similarity' | 'moderation'>,
  { rubric = '', scale = EVALUATION_DEFAULTS.judge.scale, against }: EvalScorerInput,
): JudgeTask => {
  switch (scorer) {
    case 'judge':
      return { kind: 'rubric', rubric, scale: [scale.least, scale.greatest] };
    case 'pairwise':
      return { kind: 'pairwise', rubric, other: against ?? null };
    case 'groundedness':
      return { kind: 'groundedness' };
    case 'context_precision':
      return { kind: 'context-precision' };
    case 'context_recall':
      return { kind: 'context-recall' };
  }
};

import { z } from 'zod';
import { EVALUATION_DEFAULTS } from '../defaults.ts';
import { timeLimit } from './duration.ts';
import { choice, count, sentence } from './scalar.ts';

/** A path that is longer is not sealed with a release. */
const LONGEST_PATH = 1_024;

const { batch, threads } = EVALUATION_DEFAULTS.onnx;

/** A sentence model that runs on this machine. */
export const onnxModel = z
  .strictObject({
    model: sentence('a path', LONGEST_PATH).describe('The ONNX file, relative to this one.'),
    tokenizer: sentence('a path', LONGEST_PATH).describe(
      'Its tokenizer.json as Hugging Face writes it, relative to this file.',
    ),
    pooling: choice(['mean', 'cls', 'none']).describe(
      'How vectors of tokens become one: their mean, the first; none where the model gives one for each text. The card of the model says which.',
    ),
    output: sentence('a name', 400)
      .optional()
      .describe(
        "The model's output. Default: last_hidden_state or token_embeddings, with pooling none sentence_embedding, or the only one.",
      ),
    maxTokens: count(3, 32_768)
      .optional()
      .describe('Texts are cut after so many tokens. Default: as the tokenizer says, else 512.'),
    prefix: z.string().max(1_000).prefault('').describe('Stands before every text, such as "query: ".'),
    batch: count(1, 256)
      .prefault(batch)
      .describe(
        'Texts that go through the model together. With 1, a vector depends on nothing but its text.',
      ),
    threads: count(1, 64).prefault(threads).describe('Of the model.'),
    timeout: timeLimit().prefault(EVALUATION_DEFAULTS.timeout).describe('For one batch.'),
  })
  .describe(
    'With embedding_similarity: a model on this machine, instead of an endpoint. Needs onnxruntime-node and @huggingface/tokenizers.',
  );

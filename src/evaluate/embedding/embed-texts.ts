import type { ModelEndpoint } from '../../core/judging/judge-method.ts';
import { digestOf } from '../golden/canonical-json.ts';
import { endpointKey } from '../judging/endpoint-key.ts';
import type { AskModel, ModelAnswer } from '../judging/models.ts';
import { readEmbeddings } from './read-embeddings.ts';

/** Turns texts into vectors, one for each: an endpoint does, or a model on this machine. */
export type EmbedTexts = (texts: readonly string[], signal: AbortSignal) => Promise<Embedded>;

export type Embedded = ModelAnswer<readonly (readonly number[])[]> & {
  /** A text was longer than the model reads, and only so many of its tokens count. Left out: none was, or nobody knows. */
  readonly cutAtTokens?: number;
};

/** Through an OpenAI-compatible embeddings endpoint: one call for all of the texts. */
export const embedThroughEndpoint = (endpoint: ModelEndpoint, ask: AskModel): EmbedTexts => {
  const model = endpointKey(endpoint);
  return (texts, signal) =>
    ask(
      {
        key: digestOf({ model, embedded: texts }),
        body: () => ({ input: texts, encoding_format: 'float' }),
        read: (data) => readEmbeddings(data, texts.length),
      },
      signal,
    );
};

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { OpenedModel } from '../../../core/evaluation/embedding/embedding-signature.ts';
import type { IdType, KnownInput, ModelPort } from '../../../core/evaluation/embedding/model-fit.ts';
import { modelFit } from '../../../core/evaluation/embedding/model-fit.ts';
import type { OnnxModel } from '../../../core/evaluation/embedding/onnx-method.ts';
import { outsideWeights } from '../../../core/evaluation/embedding/outside-weights.ts';
import { padTokens } from '../../../core/evaluation/embedding/pad-tokens.ts';
import { poolTokens } from '../../../core/evaluation/embedding/pool-tokens.ts';
import { unitVector } from '../../../core/evaluation/embedding/unit-vector.ts';
import type { EmbeddedText, OnnxPackages } from './model-messages.ts';
import type { TokenizersPackage } from './read-tokenizer.ts';
import { readTokenizer } from './read-tokenizer.ts';

/** The part of onnxruntime-node that is used. */
interface RuntimePackage {
  readonly InferenceSession: {
    readonly create: (file: Uint8Array, options: object) => Promise<Session>;
  };
  readonly Tensor: new (type: IdType, data: BigInt64Array | Int32Array, dims: readonly number[]) => object;
}
interface Session {
  readonly inputMetadata: readonly PortMetadata[];
  readonly outputMetadata: readonly PortMetadata[];
  readonly run: (
    feeds: Readonly<Record<string, object>>,
    fetches: readonly string[],
  ) => Promise<
    Readonly<Record<string, { readonly data: ArrayLike<number>; readonly dims: readonly number[] }>>
  >;
}
interface PortMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
}

export interface SentenceModel {
  readonly opened: OpenedModel;
  /** One batch. The thread is blocked meanwhile, for the runtime is not asynchronous. */
  readonly embed: (texts: readonly string[]) => Promise<readonly EmbeddedText[]>;
}

/** A model cannot be used; the message says why, as a phrase about the model or the tokenizer. */
export class UnusableModel extends Error {}

/** Loads a model and its tokenizer, and tries them on a text. @throws UnusableModel */
export const openSentenceModel = async (onnx: OnnxModel, packages: OnnxPackages): Promise<SentenceModel> => {
  const { InferenceSession, Tensor } = await load<RuntimePackage>(packages.runtime.file, 'onnxruntime-node');
  const tokenizers = await load<TokenizersPackage>(packages.tokenizers.file, '@huggingface/tokenizers');
  const modelBytes = bytesOf(onnx.model);
  const tokenizerBytes = bytesOf(onnx.tokenizer);
  refuseOutsideWeights(modelBytes, onnx.model);
  const tokenizer = orUnusable(`the tokenizer ${onnx.tokenizer} cannot be read`, () =>
    readTokenizer(tokenizerBytes.toString('utf8'), tokenizers, onnx.maxTokens),
  );
  const session = await InferenceSession.create(modelBytes, {
    intraOpNumThreads: onnx.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  }).catch((error: unknown) => {
    throw new UnusableModel(`the model ${onnx.model} cannot be opened: ${firstLine(error)}`);
  });
  const fit = modelFit(
    session.inputMetadata.map(portOf),
    session.outputMetadata.map(portOf),
    onnx.pooling,
    onnx.output,
  );
  if (fit.kind === 'unfit') throw new UnusableModel(`the model ${onnx.model} cannot be used: ${fit.problem}`);
  const { inputs, output } = fit;

  const runBatch = async (lists: readonly (readonly number[])[]): Promise<readonly Float64Array[]> => {
    const padded = padTokens(lists, tokenizer.filler);
    const given: Readonly<Record<KnownInput, readonly number[]>> = {
      input_ids: padded.ids,
      attention_mask: padded.mask,
      token_type_ids: padded.ids.map(() => 0),
    };
    const feeds = Object.fromEntries(
      inputs.map(({ name, type }) => [
        name,
        new Tensor(
          type,
          type === 'int64' ? BigInt64Array.from(given[name], BigInt) : Int32Array.from(given[name]),
          [padded.rows, padded.width],
        ),
      ]),
    );
    const { [output]: found } = await session.run(feeds, [output]);
    if (found === undefined) throw new Error(`the model gave no ${output}`);
    const pooled = poolTokens(found.data, found.dims, padded, onnx.pooling);
    if (pooled.kind === 'unfit')
      throw new UnusableModel(`its output ${output} does not fit: ${pooled.problem}`);
    return pooled.vectors;
  };

  const embed = async (texts: readonly string[]): Promise<readonly EmbeddedText[]> => {
    const encoded = texts.map((text) => {
      const { ids, isCut } = tokenizer.encode(onnx.prefix + text);
      return { ids, isCut };
    });
    const vectors = await runBatch(encoded.map(({ ids }) => ids));
    return vectors.map((vector, row): EmbeddedText => {
      const unit = unitVector(vector);
      return unit === null
        ? { kind: 'failed', detail: 'the model gave a vector of zeros, or one that is not of finite numbers' }
        : { kind: 'embedded', vector: unit, isCut: encoded[row]?.isCut ?? false };
    });
  };

  // What does not fit shows with the first text, and so before anything else is asked. One of two words, for fixed shapes show only with another length.
  for (const text of ['a', 'a b'])
    await embed([text]).catch((error: unknown) => {
      throw error instanceof UnusableModel
        ? new UnusableModel(`the model ${onnx.model} cannot be used: ${error.message}`)
        : new UnusableModel(`the model ${onnx.model} cannot be used: on a first text: ${firstLine(error)}`);
    });
  return {
    opened: {
      model: digestOfBytes(modelBytes),
      tokenizer: digestOfBytes(tokenizerBytes),
      output,
      maxTokens: tokenizer.maxTokens,
      runtimeVersion: packages.runtime.version,
      tokenizersVersion: packages.tokenizers.version,
    },
    embed,
  };
};

/** Both packages are loaded from files, and may be CommonJS. */
const load = async <Package>(file: string, name: string): Promise<Package> => {
  try {
    const module = (await import(pathToFileURL(file).href)) as { readonly default?: Package } & Package;
    return module.default ?? module;
  } catch (error) {
    throw new UnusableModel(`the package ${name} cannot be loaded: ${firstLine(error)}`);
  }
};

const bytesOf = (path: string): Buffer =>
  orUnusable(`the file ${path} cannot be read`, () => readFileSync(path));

const refuseOutsideWeights = (bytes: Uint8Array, path: string): void => {
  const found = outsideWeights(bytes);
  if (found.kind === 'no-onnx') throw new UnusableModel(`${path} is no ONNX model`);
  if (found.kind === 'outside')
    throw new UnusableModel(
      `the model ${path} keeps weights in ${found.location}; only a model that is one file can be sealed and told apart by its digest`,
    );
};

const orUnusable = <Value>(what: string, make: () => Value): Value => {
  try {
    return make();
  } catch (error) {
    throw new UnusableModel(`${what}: ${firstLine(error)}`);
  }
};

const portOf = ({ name, isTensor, type }: PortMetadata): ModelPort => ({
  name,
  type: isTensor ? (type ?? null) : null,
});

const digestOfBytes = (bytes: Uint8Array) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const;

/** Of what native code and parsers say, enough to tell what is wrong. */
export const firstLine = (error: unknown): string => {
  const [text = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const line = text.replace(/\p{C}+/gu, ' ');
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
};

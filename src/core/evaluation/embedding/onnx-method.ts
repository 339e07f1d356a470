/** How the vectors of a text's tokens become the vector of the text; `none`: the model gives one for each text by itself. */
export type Pooling = 'mean' | 'cls' | 'none';

/** A sentence model on this machine. Paths are absolute. */
export interface OnnxModel {
  readonly model: string;
  /** A `tokenizer.json` as Hugging Face writes it. */
  readonly tokenizer: string;
  readonly pooling: Pooling;
  /** Name of the model's output; null: the one that is usual for the pooling, or the only one. */
  readonly output: string | null;
  /** A text is cut after so many tokens, special ones included; null: as the tokenizer's file says, else `DEFAULT_TOKENS`. */
  readonly maxTokens: number | null;
  /** Stands before every text, as some models were trained to expect. */
  readonly prefix: string;
  /** Texts that go through the model together, at most. */
  readonly batch: number;
  readonly threads: number;
  /** For one batch. */
  readonly timeoutMs: number;
}

/** The cosine of the embeddings of an answer and of the nearest reference, by a model on this machine. */
export interface LocalEmbeddingMethod {
  readonly kind: 'local-embedding';
  readonly onnx: OnnxModel;
}

/** What BERT and most that came of it can read. */
export const DEFAULT_TOKENS = 512;

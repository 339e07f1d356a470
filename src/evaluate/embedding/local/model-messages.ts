import type { OpenedModel } from '../../../core/evaluation/embedding/embedding-signature.ts';
import type { OnnxModel } from '../../../core/evaluation/embedding/onnx-method.ts';

/** Of one package: the file to load, and its version. */
export interface FoundPackage {
  readonly file: string;
  readonly version: string;
}

export interface OnnxPackages {
  readonly runtime: FoundPackage;
  readonly tokenizers: FoundPackage;
}

/** What the process of a model is told. It answers each with one reply, and is told nothing more before. */
export type ModelOrder =
  | { readonly kind: 'open'; readonly onnx: OnnxModel; readonly packages: OnnxPackages }
  | { readonly kind: 'embed'; readonly texts: readonly string[] };

export type EmbeddedText =
  | {
      readonly kind: 'embedded';
      /** Of length 1. */
      readonly vector: Float32Array;
      /** The text was longer than the model reads. */
      readonly isCut: boolean;
    }
  | { readonly kind: 'failed'; readonly detail: string };

export type ModelReply =
  | { readonly kind: 'opened'; readonly opened: OpenedModel }
  /** The model cannot be used at all. */
  | { readonly kind: 'unusable'; readonly problem: string }
  | { readonly kind: 'embedded'; readonly texts: readonly EmbeddedText[] };

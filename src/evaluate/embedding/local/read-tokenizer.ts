import { cutTokens } from '../../../core/evaluation/embedding/cut-tokens.ts';
import { DEFAULT_TOKENS } from '../../../core/evaluation/embedding/onnx-method.ts';

/** The part of @huggingface/tokenizers that is used. */
export interface TokenizersPackage {
  readonly Tokenizer: new (
    tokenizer: object,
    config: object,
  ) => {
    readonly encode: (
      text: string,
      options: { readonly add_special_tokens: boolean },
    ) => { readonly ids: readonly number[] };
    readonly token_to_id: (token: string) => number | undefined;
  };
}

export interface ReadTokenizer {
  readonly maxTokens: number;
  /** What rows of a batch are filled up with. */
  readonly filler: number;
  /** With the special tokens, at most `maxTokens`. @throws Error where the text cannot be cut */
  readonly encode: (text: string) => { readonly ids: readonly number[]; readonly isCut: boolean };
}

/** Makes a tokenizer of the text of a `tokenizer.json`. `maxTokens` null: as the file says. @throws Error where it cannot be used */
export const readTokenizer = (
  text: string,
  { Tokenizer }: TokenizersPackage,
  maxTokens: number | null,
): ReadTokenizer => {
  const file = JSON.parse(text) as {
    readonly truncation?: { readonly max_length?: unknown } | null;
    readonly padding?: { readonly pad_id?: unknown } | null;
  };
  const tokenizer = new Tokenizer(file, {});
  const limit = file.truncation?.max_length;
  const most = maxTokens ?? (typeof limit === 'number' && limit > 0 ? limit : DEFAULT_TOKENS);
  const filler = file.padding?.pad_id;
  return {
    maxTokens: most,
    filler:
      typeof filler === 'number'
        ? filler
        : (tokenizer.token_to_id('[PAD]') ?? tokenizer.token_to_id('<pad>') ?? 0),
    encode(given) {
      const { ids } = tokenizer.encode(given, { add_special_tokens: true });
      if (ids.length <= most) return { ids, isCut: false };
      const plain = tokenizer.encode(given, { add_special_tokens: false });
      const cut = cutTokens(ids, plain.ids, most);
      if (cut === null) throw new Error(`${ids.length} tokens cannot be cut to ${most}`);
      return { ids: cut, isCut: true };
    },
  };
};

import {
  bytes,
  FLOAT,
  INT64,
  integerAttribute,
  littleEndianFloats,
  message,
  node,
  tensor,
  text,
  value,
  varint,
} from '../../../../../examples/spam-filter/training/onnx.ts';

/** onnx.proto3's numbers of types that a test wants besides. */
export const STRING = 8;
const CAST_TO = 'to';

export interface TableModel {
  /** What each token means: one row for each. */
  readonly table: readonly (readonly number[])[];
  /** `tokens`: `last_hidden_state` [texts, tokens, entries]; `sentence`: their mean, `sentence_embedding` [texts, entries]. */
  readonly gives: 'tokens' | 'sentence';
  /** A further input that nobody knows; it is not used. */
  readonly wants?: { readonly name: string; readonly type: number };
}

/**
 * A small but whole sentence model: a token's vector is looked up, and that of its type is added (0 for the first, and far off for the second). Its mean
 * is over the mask, as in models that are exported with their pooling.
 */
export const tableModel = ({ table, gives, wants }: TableModel): Uint8Array => {
  const width = table[0]?.length ?? 0;
  const floats = (name: string, rows: readonly (readonly number[])[]): Uint8Array =>
    tensor(name, FLOAT, [rows.length, width], littleEndianFloats(Float32Array.from(rows.flat())));
  const axis = (name: string, at: number): Uint8Array =>
    tensor(name, INT64, [1], Uint8Array.of(at, 0, 0, 0, 0, 0, 0, 0));
  const keepsNot = bytes(5, integerAttribute('keepdims', 0));
  const output = gives === 'tokens' ? 'last_hidden_state' : 'sentence_embedding';
  const graph = message(
    bytes(1, node('Gather', ['table', 'input_ids'], 'looked')),
    bytes(1, node('Gather', ['types', 'token_type_ids'], 'typed')),
    bytes(1, node('Add', ['looked', 'typed'], 'meant')),
    bytes(1, node('Cast', ['attention_mask'], 'mask', bytes(5, integerAttribute(CAST_TO, FLOAT)))),
    bytes(1, node('Unsqueeze', ['mask', 'last'], 'column')),
    ...(gives === 'tokens'
      ? // The mask is read, as every exported model does, and changes nothing: what stands behind a text stays as it is.
        [
          bytes(1, node('Sub', ['column', 'column'], 'nothing')),
          bytes(1, node('Add', ['meant', 'nothing'], output)),
        ]
      : [
          bytes(1, node('Mul', ['meant', 'column'], 'masked')),
          bytes(1, node('ReduceSum', ['masked', 'tokens'], 'sum', keepsNot)),
          bytes(1, node('ReduceSum', ['column', 'tokens'], 'count', keepsNot)),
          bytes(1, node('Div', ['sum', 'count'], output)),
        ]),
    text(2, 'table-model'),
    bytes(5, floats('table', table)),
    bytes(5, floats('types', [table[0]!.map(() => 0), table[0]!.map(() => 1_000)])),
    bytes(5, axis('last', 2)),
    bytes(5, axis('tokens', 1)),
    ...['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
      bytes(11, value(name, INT64, ['batch', 'sequence'])),
    ),
    ...(wants === undefined ? [] : [bytes(11, value(wants.name, wants.type, ['batch', 'sequence']))]),
    bytes(
      12,
      value(output, FLOAT, gives === 'tokens' ? ['batch', 'sequence', 'entries'] : ['batch', 'entries']),
    ),
  );
  return message(varint(1, 8), text(2, 'tidegate-test'), bytes(7, graph), bytes(8, varint(2, 13)));
};

/** The text of a `tokenizer.json`: WordPiece, in lower case, with [CLS] before a text and [SEP] behind it unless `isBare`. `words` by their numbers. */
export const wordPieceTokenizer = (words: readonly string[], isBare = false): string => {
  const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
  const special = (name: string) => ({ [name]: { id: name, ids: [vocab[name]], tokens: [name] } });
  const at = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const sequence = (id: string, typeId: number) => ({ Sequence: { id, type_id: typeId } });
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: words
      .filter((word) => word.startsWith('['))
      .map((content) => ({
        id: vocab[content],
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: isBare
      ? null
      : {
          type: 'TemplateProcessing',
          single: [at('[CLS]'), sequence('A', 0), at('[SEP]')],
          pair: [at('[CLS]'), sequence('A', 0), at('[SEP]'), sequence('B', 1), at('[SEP]')],
          special_tokens: { ...special('[CLS]'), ...special('[SEP]') },
        },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  });
};

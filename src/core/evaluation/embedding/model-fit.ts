import type { Pooling } from './onnx-method.ts';

/** An input or output of a model. */
export interface ModelPort {
  readonly name: string;
  /** Of its numbers, such as `int64`; null: it is no tensor. */
  readonly type: string | null;
}

/** What every sentence model is given, by the names under which they are exported. */
export const KNOWN_INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'] as const;
export type KnownInput = (typeof KNOWN_INPUTS)[number];
export type IdType = 'int64' | 'int32';

export type ModelFit =
  | {
      readonly kind: 'fits';
      readonly inputs: readonly { readonly name: KnownInput; readonly type: IdType }[];
      readonly output: string;
    }
  | { readonly kind: 'unfit'; readonly problem: string };

const USUAL_OUTPUTS = {
  none: ['sentence_embedding', 'text_embeds', 'pooler_output'],
  mean: ['last_hidden_state', 'token_embeddings'],
  cls: ['last_hidden_state', 'token_embeddings'],
} as const satisfies Readonly<Record<Pooling, readonly string[]>>;

/** Whether a model can be given what a tokenizer makes of a text, and which of its outputs is taken. `wanted` null: whatever is usual. */
export const modelFit = (
  inputs: readonly ModelPort[],
  outputs: readonly ModelPort[],
  pooling: Pooling,
  wanted: string | null,
): ModelFit => {
  const unfit = (problem: string): ModelFit => ({ kind: 'unfit', problem });
  const texts = inputs.find(({ type }) => type === 'string');
  if (texts !== undefined)
    return unfit(
      `its input ${texts.name} takes texts: a model with its tokenizer inside is not supported, only one that takes token numbers`,
    );
  const strange = inputs.find(({ name }) => !isKnown(name));
  if (strange !== undefined)
    return unfit(`it wants ${strange.name}; what it can be given is ${KNOWN_INPUTS.join(', ')}`);
  const taken = inputs.flatMap(({ name, type }): { name: KnownInput; type: IdType }[] =>
    isKnown(name) && (type === 'int64' || type === 'int32') ? [{ name, type }] : [],
  );
  const odd = inputs.find(({ name }) => !taken.some((one) => one.name === name));
  if (odd !== undefined) return unfit(`its input ${odd.name} is of ${odd.type ?? 'no tensor'}, not int64`);
  if (!taken.some(({ name }) => name === 'input_ids')) return unfit('it has no input input_ids');
  const output =
    wanted ??
    USUAL_OUTPUTS[pooling].find((name) => outputs.some((one) => one.name === name)) ??
    (outputs.length === 1 ? outputs[0]?.name : undefined);
  const names = outputs.map(({ name }) => name).join(', ');
  if (output === undefined) return unfit(`say with output: which of its outputs is meant: ${names}`);
  const found = outputs.find(({ name }) => name === output);
  if (found === undefined) return unfit(`it has no output ${output}, but ${names}`);
  if (found.type !== 'float32')
    return unfit(`its output ${output} is of ${found.type ?? 'no tensor'}, not float32`);
  return { kind: 'fits', inputs: taken, output };
};

const isKnown = (name: string): name is KnownInput => (KNOWN_INPUTS as readonly string[]).includes(name);

import type { Pooling } from './onnx-method.ts';
import type { PaddedTokens } from './pad-tokens.ts';

export type Pooled =
  | { readonly kind: 'pooled'; readonly vectors: readonly Float64Array[] }
  /** The output is not of the shape that the pooling needs. */
  | { readonly kind: 'unfit'; readonly problem: string };

/**
 * One vector for each text out of what a model gave for a batch: the mean over the tokens of the mask, the first token, or the row itself. `dims` is
 * [texts, tokens, entries], or [texts, entries] with `none`.
 */
export const poolTokens = (
  values: ArrayLike<number>,
  dims: readonly number[],
  { rows, width, mask }: Pick<PaddedTokens, 'rows' | 'width' | 'mask'>,
  pooling: Pooling,
): Pooled => {
  const unfit = (problem: string): Pooled => ({ kind: 'unfit', problem });
  const shape = `[${dims.join(', ')}]`;
  const entries = dims.at(-1) ?? 0;
  if (dims.length === 2 && pooling !== 'none')
    return unfit(`it is ${shape}, one vector for each text already, which is pooling: none`);
  if (dims.length === 3 && pooling === 'none')
    return unfit(`it is ${shape}, one vector for each token, which needs pooling: mean or cls`);
  const wanted = pooling === 'none' ? [rows, entries] : [rows, width, entries];
  if (entries === 0 || dims.length !== wanted.length || dims.some((size, at) => size !== wanted[at]))
    return unfit(`it is ${shape} for ${rows} texts of ${width} tokens`);
  const each = pooling === 'none' ? 1 : width;
  if (values.length !== rows * each * entries)
    return unfit(`${shape} does not hold ${values.length} numbers`);
  return {
    kind: 'pooled',
    vectors: Array.from({ length: rows }, (_, row) => {
      const places =
        pooling === 'mean'
          ? Array.from({ length: width }, (_, at) => row * width + at).filter((at) => mask[at] === 1)
          : [row * each];
      return meanOf(values, places, entries);
    }),
  };
};

const meanOf = (values: ArrayLike<number>, places: readonly number[], entries: number): Float64Array => {
  const mean = new Float64Array(entries);
  for (const place of places)
    for (let at = 0; at < entries; at += 1)
      mean[at] = (mean[at] ?? 0) + (values[place * entries + at] ?? Number.NaN) / places.length;
  return mean;
};

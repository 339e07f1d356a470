/** A vector of length 1 that points the same way; null where there is none: a number is not finite, or all are zero. Scaled first, so that no square is lost. */
export const unitVector = (vector: ArrayLike<number>): Float32Array | null => {
  let scale = 0;
  for (let at = 0; at < vector.length; at += 1) {
    const size = Math.abs(vector[at] ?? 0);
    if (!Number.isFinite(size)) return null;
    scale = Math.max(scale, size);
  }
  if (scale === 0) return null;
  let squares = 0;
  for (let at = 0; at < vector.length; at += 1) squares += ((vector[at] ?? 0) / scale) ** 2;
  const length = Math.sqrt(squares);
  return Float32Array.from(vector, (value) => value / scale / length);
};

/**
 * The cosine of two vectors of the same length, -1 to 1. Null where one of them is all zeros, or they differ in length: then it says nothing. Both are
 * scaled by their greatest entry first, so that no square is lost or overflows.
 */
export const cosine = (a: readonly number[], b: readonly number[]): number | null => {
  if (a.length !== b.length) return null;
  const [scaleA, scaleB] = [greatest(a), greatest(b)];
  if (scaleA === 0 || scaleB === 0) return null;
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i]! / scaleA;
    const y = b[i]! / scaleB;
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return Math.max(-1, Math.min(1, product / Math.sqrt(squareA * squareB)));
};

const greatest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

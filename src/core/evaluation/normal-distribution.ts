/**
 * P(Z <= z) for a standard normal Z, with a small relative error in the lower tail as well: the series near 0 (DLMF 7.6.2), the
 * continued fraction beyond (DLMF 7.9.1).
 */
export const normalDistribution = (z: number): number => {
  if (Number.isNaN(z)) return Number.NaN;
  if (z > 0) return 1 - normalDistribution(-z);
  const x = -z;
  if (x > 39) return 0;
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let k = 1; k < 200 && Math.abs(term) > 1e-18; k += 1) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let tail = 0;
  for (let k = 200; k >= 1; k -= 1) tail = k / (x + tail);
  return density / (x + tail);
};

/** Draws from [0, 1), the same sequence for the same seed (sfc32 by Chris Doty-Humphrey, after splitting the seed). */
export function seededRandom(seed: number): () => number {
  let a = seed | 0;
  let b = (seed ^ 0x9e3779b9) | 0;
  let c = Math.imul(seed + 1, 0x85ebca6b);
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** Number of successes in n trials: jumps from success to success, so that rare ones cost little. */
export function drawBinomial(random: () => number, n: number, share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return n;
  if (share > 0.5) return n - drawBinomial(random, n, 1 - share);
  const logMiss = Math.log1p(-share);
  let successes = 0;
  let trial = Math.floor(Math.log1p(-random()) / logMiss);
  while (trial < n) {
    successes += 1;
    trial += 1 + Math.floor(Math.log1p(-random()) / logMiss);
  }
  return successes;
}

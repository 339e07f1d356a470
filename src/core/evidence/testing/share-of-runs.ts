/** Runs of a simulation in which something happened, with exact one-sided 99 % limits of its probability (Clopper-Pearson). */
export interface ShareOfRuns {
  happened: number;
  runs: number;
  lowerLimit: number;
  upperLimit: number;
}

export function shareOfRuns(runs: number, happens: (seed: number) => boolean): ShareOfRuns {
  let happened = 0;
  for (let seed = 1; seed <= runs; seed++) if (happens(seed)) happened += 1;
  const lowerLimit = 1 - upperLimit(runs - happened, runs);
  return { happened, runs, lowerLimit, upperLimit: upperLimit(happened, runs) };
}

function upperLimit(happened: number, runs: number): number {
  let low = happened / runs;
  if (low === 1) return 1;
  let high = 1;
  for (let i = 0; i < 50; i++) {
    const share = (low + high) / 2;
    if (atMost(happened, runs, share) > 0.01) low = share;
    else high = share;
  }
  return high;
}

/** Probability of at most `happened` successes. */
function atMost(happened: number, runs: number, share: number): number {
  if (happened >= runs || share <= 0) return 1;
  let log = runs * Math.log1p(-share);
  let sum = Math.exp(log);
  for (let k = 1; k <= happened; k++) {
    log += Math.log((runs - k + 1) / k) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(log);
  }
  return sum;
}

/** How many requests come, as a function of time. Plain data; rates are requests a second, times milliseconds from the start. */
export type Arrivals =
  | { readonly kind: 'constant'; readonly ratePerSecond: number }
  /** `burstRatePerSecond` for `burstMs` at the beginning of each `everyMs`, `ratePerSecond` otherwise. */
  | {
      readonly kind: 'bursts';
      readonly ratePerSecond: number;
      readonly burstRatePerSecond: number;
      readonly burstMs: number;
      readonly everyMs: number;
    }
  /** A sine around the mean; `swingShare` 0.8 goes from a fifth of the mean to 1.8 times the mean. */
  | {
      readonly kind: 'diurnal';
      readonly meanRatePerSecond: number;
      readonly swingShare: number;
      readonly periodMs: number;
      /** Where in the period the simulation starts, 0 to 1; 0 is the mean, rising. */
      readonly phaseShare: number;
    }
  /** Grows (or falls) evenly for `overMs` and stays there. */
  | {
      readonly kind: 'ramp';
      readonly fromRatePerSecond: number;
      readonly toRatePerSecond: number;
      readonly overMs: number;
    }
  /** Each rate for `stepMs`, again from the first after the last: a day by hours, for instance. */
  | { readonly kind: 'steps'; readonly ratesPerSecond: readonly number[]; readonly stepMs: number };

/** Requests a second that are to be expected at a moment. */
export const ratePerSecondAt = (arrivals: Arrivals, atMs: number): number => {
  switch (arrivals.kind) {
    case 'constant':
      return arrivals.ratePerSecond;
    case 'bursts':
      return atMs % arrivals.everyMs < arrivals.burstMs
        ? arrivals.burstRatePerSecond
        : arrivals.ratePerSecond;
    case 'diurnal': {
      const { meanRatePerSecond, swingShare, periodMs, phaseShare } = arrivals;
      return meanRatePerSecond * (1 + swingShare * Math.sin(2 * Math.PI * (atMs / periodMs + phaseShare)));
    }
    case 'ramp': {
      const { fromRatePerSecond, toRatePerSecond, overMs } = arrivals;
      const share = Math.min(1, atMs / overMs);
      return fromRatePerSecond + share * (toRatePerSecond - fromRatePerSecond);
    }
    case 'steps': {
      const { ratesPerSecond, stepMs } = arrivals;
      return ratesPerSecond[Math.floor(atMs / stepMs) % ratesPerSecond.length] ?? 0;
    }
  }
};

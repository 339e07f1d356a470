/**
 * What calls of a model cost, in whole nano-dollars (10⁻⁹ USD). What is absent is not charged for. Tokens are priced by the
 * million, as the lists of makers are; `second` counts while the call lasts, as a machine of one's own does.
 */
export interface Price {
  /** For a million tokens of the request. */
  readonly inputNanos?: number;
  /** Of those, what came out of the maker's cache. Absent: like other input. */
  readonly cachedInputNanos?: number;
  /** Of those, what was put into it. Absent: like other input. */
  readonly cacheWriteNanos?: number;
  /** For a million tokens of the answer. */
  readonly outputNanos?: number;
  /** For each call that was answered with a success. */
  readonly requestNanos?: number;
  readonly secondNanos?: number;
}

/** Prices somebody has set, which go before those of the list. */
export interface Prices {
  readonly models: readonly PricedModel[];
  /** By name: whatever the service is made of. */
  readonly services: Readonly<Record<string, Price>>;
}

export interface PricedModel {
  /** Null: whoever runs it. */
  readonly provider: string | null;
  readonly model: string;
  readonly price: Price;
}

export const NANOS_A_DOLLAR = 1_000_000_000;

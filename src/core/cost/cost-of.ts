import type { Price } from './price.ts';

/** What is known of one call when it is over. */
export interface CallFacts {
  /** All tokens of the request, also those from a cache or into one; null: the answer did not say. */
  readonly inputTokens: number | null;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number | null;
  readonly ms: number;
  /**
   * `answered`: with a success, to its end. `refused`: with an error as a whole, or nothing was sent; makers charge no tokens for that
   * unless they say so. `broken`: nobody knows how far it came.
   */
  readonly ending: 'answered' | 'refused' | 'broken';
}

const TOKENS_A_PRICE = 1_000_000;

/**
 * The cost of a call in whole nano-dollars, rounded half up, exactly: what is beyond 2^53 on the way is reckoned with big integers.
 * Null when it depends on tokens that nobody has told.
 */
export function costOf(price: Price, facts: CallFacts): number | null {
  const { ending, ms } = facts;
  const input = facts.inputTokens ?? untold(price.inputNanos, ending);
  const output = facts.outputTokens ?? untold(price.outputNanos, ending);
  if (input === null || output === null) return null;
  const inputNanos = price.inputNanos ?? 0;
  const cached = Math.min(facts.cachedTokens, input);
  const written = Math.min(facts.cacheWriteTokens, input - cached);
  const plain = input - cached - written;
  const cachedNanos = price.cachedInputNanos ?? inputNanos;
  const writtenNanos = price.cacheWriteNanos ?? inputNanos;
  const outputNanos = price.outputNanos ?? 0;
  const requestNanos = ending === 'answered' ? (price.requestNanos ?? 0) : 0;
  const secondNanos = price.secondNanos ?? 0;
  const time = Math.max(0, Math.round(ms)) * (TOKENS_A_PRICE / 1000);
  // In millionths of a nano-dollar. Nothing is negative, so every step was exact if the end of it is.
  const sum =
    TOKENS_A_PRICE / 2 +
    inputNanos * plain +
    cachedNanos * cached +
    writtenNanos * written +
    outputNanos * output +
    requestNanos * TOKENS_A_PRICE +
    secondNanos * time;
  if (sum <= Number.MAX_SAFE_INTEGER) return (sum - (sum % TOKENS_A_PRICE)) / TOKENS_A_PRICE;
  const exact =
    BigInt(TOKENS_A_PRICE / 2) +
    BigInt(inputNanos) * BigInt(plain) +
    BigInt(cachedNanos) * BigInt(cached) +
    BigInt(writtenNanos) * BigInt(written) +
    BigInt(outputNanos) * BigInt(output) +
    BigInt(requestNanos) * BigInt(TOKENS_A_PRICE) +
    BigInt(secondNanos) * BigInt(time);
  return Math.min(Number(exact / BigInt(TOKENS_A_PRICE)), Number.MAX_SAFE_INTEGER);
}

const untold = (nanos: number | undefined, ending: CallFacts['ending']): number | null =>
  (nanos ?? 0) === 0 || ending === 'refused' ? 0 : null;

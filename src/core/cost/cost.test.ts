import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallFacts, costOf } from './cost-of.ts';
import { dollarText, nanosOf } from './dollars.ts';
import { findPrice } from './find-price.ts';
import { listPrices } from './list-prices.ts';
import type { Price } from './price.ts';

const facts: CallFacts = {
  inputTokens: 1_000,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 500,
  ms: 2_000,
  ending: 'answered',
};
const dollars = 1_000_000_000;
const priceOf = (model: string): Price => listPrices.find((one) => one.model === model)!.price;

describe('what a call costs', () => {
  it.each<[string, Price, Partial<CallFacts>, number | null]>([
    ['gpt-4.1: 1000 in, 500 out', priceOf('gpt-4.1'), {}, 6_000_000],
    ['600 of them cached', priceOf('gpt-4.1'), { cachedTokens: 600 }, 5_100_000],
    [
      'gpt-4o-mini: fractions of a nano-dollar',
      priceOf('gpt-4o-mini'),
      { inputTokens: 1, outputTokens: 0, cachedTokens: 1 },
      75,
    ],
    ['half a nano-dollar is rounded up', { inputNanos: 500_000 }, { inputTokens: 1 }, 1],
    ['less than half is nothing', { inputNanos: 499_999 }, { inputTokens: 1 }, 0],
    ['into a cache', priceOf('claude-haiku-4-5'), { cacheWriteTokens: 1_000, outputTokens: 0 }, 1_250_000],
    ['by the second', { secondNanos: 400_000 }, { ms: 1_500 }, 600_000],
    ['by the request', { requestNanos: 2_000_000 }, {}, 2_000_000],
    ['not of a failed request', { requestNanos: 2_000_000 }, { ending: 'refused' }, 0],
    ['seconds also of a failed one', { secondNanos: 400_000 }, { ending: 'broken', ms: 1_000 }, 400_000],
    ['tokens nobody told', priceOf('gpt-4.1'), { outputTokens: null }, null],
    [
      'an error without tokens',
      priceOf('gpt-4.1'),
      { inputTokens: null, outputTokens: null, ending: 'refused' },
      0,
    ],
    ['broken off', priceOf('gpt-4.1'), { inputTokens: null, outputTokens: null, ending: 'broken' }, null],
    ['embeddings have no output', priceOf('text-embedding-3-small'), { outputTokens: null }, 20_000],
    [
      'beyond 2^53 on the way',
      { inputNanos: 600 * dollars },
      { inputTokens: 1_000_000, outputTokens: 0 },
      600 * dollars,
    ],
  ])('%s', (_, price, some, cost) => {
    expect(costOf(price, { ...facts, ...some })).toBe(cost);
  });

  const nanos = fc.oneof(fc.nat(2_000_000), fc.nat(100_000_000_000), fc.integer({ min: 0, max: 1e15 }));
  const tokens = fc.oneof(fc.nat(2_000), fc.nat(10_000_000));
  it('is the exact sum to the nearest nano-dollar, whatever the size', () => {
    fc.assert(
      fc.property(
        fc.record({
          inputNanos: nanos,
          cachedInputNanos: nanos,
          cacheWriteNanos: nanos,
          outputNanos: nanos,
          requestNanos: nanos,
          secondNanos: nanos,
        }),
        fc.record({ plain: tokens, cached: tokens, written: tokens, out: tokens, ms: fc.nat(600_000) }),
        (price, used) => {
          const exact =
            BigInt(price.inputNanos) * BigInt(used.plain) +
            BigInt(price.cachedInputNanos) * BigInt(used.cached) +
            BigInt(price.cacheWriteNanos) * BigInt(used.written) +
            BigInt(price.outputNanos) * BigInt(used.out) +
            BigInt(price.requestNanos) * 1_000_000n +
            BigInt(price.secondNanos) * BigInt(used.ms) * 1_000n;
          const rounded = (exact * 2n + 1_000_000n) / 2_000_000n;
          const cost = costOf(price, {
            inputTokens: used.plain + used.cached + used.written,
            cachedTokens: used.cached,
            cacheWriteTokens: used.written,
            outputTokens: used.out,
            ms: used.ms,
            ending: 'answered',
          })!;
          const most = BigInt(Number.MAX_SAFE_INTEGER);
          expect(BigInt(cost)).toBe(rounded > most ? most : rounded);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('dollars', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (amount) => {
        expect(nanosOf(dollarText(amount).slice(1).replaceAll(',', ''))).toBe(amount);
      }),
    );
    expect(['0.075', '2', '1e3', '-1', '0.0000000001', '99999999'].map(nanosOf)).toEqual([
      75_000_000,
      2_000_000_000,
      null,
      null,
      null,
      null,
    ]);
    expect([0, 75, 1_250_000_000, 1_234_000_000_000].map(dollarText)).toEqual([
      '$0.00',
      '$0.000000075',
      '$1.25',
      '$1,234.00',
    ]);
  });
});

describe('the price that holds', () => {
  const own = {
    models: [
      { provider: null, model: 'm', price: { inputNanos: 1 } },
      { provider: 'vllm', model: 'm', price: { inputNanos: 2 } },
      { provider: 'openai', model: 'gpt-4o', price: { inputNanos: 3 } },
    ],
    services: { gpu: { secondNanos: 4 } },
  };
  it.each([
    ['of the service first', { service: 'gpu', provider: 'openai', model: 'gpt-4o' }, { secondNanos: 4 }],
    [
      'what was set before the list',
      { service: 's', provider: 'openai', model: 'gpt-4o' },
      { inputNanos: 3 },
    ],
    ['of the provider before anybody', { service: 's', provider: 'vllm', model: 'm' }, { inputNanos: 2 }],
    ['of anybody', { service: 's', provider: null, model: 'm' }, { inputNanos: 1 }],
    ['of the list', { service: 's', provider: 'openai', model: 'gpt-4.1' }, priceOf('gpt-4.1')],
    ['of another provider never', { service: 's', provider: 'azure', model: 'gpt-4.1' }, null],
    [
      'of a snapshot that is not listed never',
      { service: 's', provider: 'openai', model: 'gpt-4o-2024-05-13' },
      null,
    ],
    ['without a model never', { service: 'toString', provider: 'openai', model: null }, null],
  ])('%s', (_, question, price) => {
    expect(findPrice(own, question)).toEqual(price);
  });

  it('is listed once, with a day and a source', () => {
    const names = listPrices.map(({ provider, model }) => `${provider} ${model}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { asOf, source, price } of listPrices) {
      expect(asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(source).toMatch(/^https:\/\//);
      for (const value of Object.values(price)) expect(Number.isSafeInteger(value) && value > 0).toBe(true);
    }
  });
});

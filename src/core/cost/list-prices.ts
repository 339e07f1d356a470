import type { PricedModel } from './price.ts';

/** A price as a maker has published it. */
export interface ListPrice extends PricedModel {
  /** The day for which the source gives it, else that on which it was looked up. */
  readonly asOf: string;
  readonly source: string;
}

/** Grows with every change of the list; answers and usage are priced with the list of the gateway that served them. */
export const LIST_VERSION = '2026-11-21';

/** Dollars for a million tokens: input, cached input, output, and what goes into a cache. */
type Row = readonly [
  models: string,
  input: number,
  cached: number | null,
  output: number | null,
  write?: number,
];

interface Source {
  readonly provider: string;
  readonly asOf: string;
  readonly source: string;
  readonly rows: readonly Row[];
}

/**
 * Few, and only what a source was found for. Left out are models whose price depends on the length of the prompt, and prices of
 * batches, priority, regions, tools, pictures and sound. Azure's depend on the contract.
 */
const sources: readonly Source[] = [
  {
    provider: 'openai',
    asOf: '2025-06-03',
    source: 'https://hex.pm/packages/openai_responses/0.4.1/files/lib/responses/pricing.ex',
    rows: [
      ['gpt-4.1 gpt-4.1-2025-04-14', 2, 0.5, 8],
      ['gpt-4.1-mini gpt-4.1-mini-2025-04-14', 0.4, 0.1, 1.6],
      ['gpt-4.1-nano gpt-4.1-nano-2025-04-14', 0.1, 0.025, 0.4],
      ['gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20', 2.5, 1.25, 10],
    ],
  },
  {
    provider: 'openai',
    asOf: '2026-04-05',
    source: 'https://losclouds.com/ai-models/gpt-4o-mini',
    // The source writes the cached price with two digits; others that it was compared with have 0.075.
    rows: [['gpt-4o-mini gpt-4o-mini-2024-07-18', 0.15, 0.075, 0.6]],
  },
  {
    provider: 'openai',
    asOf: '2026-06-21',
    source: 'https://tokenmath.io/openai-api-pricing-explained',
    rows: [['text-embedding-3-small', 0.02, null, null]],
  },
  {
    provider: 'anthropic',
    asOf: '2026-11-21',
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
    rows: [['claude-opus-5 claude-opus-4-8 claude-opus-4-7 claude-opus-4-6', 5, 0.5, 25, 6.25]],
  },
  {
    provider: 'anthropic',
    asOf: '2026-11-21',
    source: 'https://platform.claude.com/docs/zh-CN/about-claude/pricing',
    rows: [
      ['claude-sonnet-4-6', 3, 0.3, 15, 3.75],
      ['claude-haiku-4-5 claude-haiku-4-5-20251001', 1, 0.1, 5, 1.25],
    ],
  },
];

/** Of numbers that are written with at most five decimals. */
const nanos = (dollars: number): number => Math.round(dollars * 100_000) * 10_000;

export const listPrices: readonly ListPrice[] = sources.flatMap(({ provider, asOf, source, rows }) =>
  rows.flatMap(([models, input, cached, output, write]) =>
    models.split(' ').map(
      (model): ListPrice => ({
        provider,
        model,
        asOf,
        source,
        price: {
          inputNanos: nanos(input),
          ...(cached !== null && { cachedInputNanos: nanos(cached) }),
          ...(write !== undefined && { cacheWriteNanos: nanos(write) }),
          ...(output !== null && { outputNanos: nanos(output) }),
        },
      }),
    ),
  ),
);

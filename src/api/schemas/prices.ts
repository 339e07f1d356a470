import { z } from '@hono/zod-openapi';
import type { Price, Prices } from '../../core/cost/price.ts';
import { nameSchema, timeMsSchema } from './scalars.ts';

/** A million dollars. */
const nanos = z.int().nonnegative().max(1e15);

const priceSchema = z
  .strictObject({
    inputNanos: nanos.exactOptional().openapi({ description: 'Nano-dollars for a million tokens.' }),
    cachedInputNanos: nanos.exactOptional(),
    cacheWriteNanos: nanos.exactOptional(),
    outputNanos: nanos.exactOptional(),
    requestNanos: nanos.exactOptional().openapi({ description: 'For each call that succeeds.' }),
    secondNanos: nanos.exactOptional().openapi({ description: 'For each second that a call takes.' }),
  })
  .openapi('Price') satisfies z.ZodType<Price>;

const pricedModel = z.strictObject({
  provider: z.string().min(1).max(64).nullable().openapi({ description: 'null: whoever runs it.' }),
  model: z.string().min(1).max(200),
  price: priceSchema,
});

export const pricesSchema = z
  .strictObject({
    models: z.array(pricedModel).max(1_000).readonly(),
    services: z.record(nameSchema, priceSchema),
  })
  .openapi('Prices') satisfies z.ZodType<Prices>;

/** `prices` is null where nobody has set any. */
export const pricesInForceSchema = z
  .object({
    environment: nameSchema,
    prices: z.union([pricesSchema, z.null()]),
    setAtMs: timeMsSchema.nullable(),
    setBy: z.string().nullable(),
    listVersion: z.string().openapi({ description: 'Of the prices that hold beside those set.' }),
    list: z.array(pricedModel.extend({ asOf: z.string(), source: z.string() })).readonly(),
  })
  .openapi('PricesInForce');

export type PricesInForce = z.infer<typeof pricesInForceSchema>;

import { z } from '@hono/zod-openapi';
import type { Limits } from '../../core/limits/limits.ts';
import { nameSchema, timeMsSchema } from './scalars.ts';

/** More is no limit, and less than one in a year is a mistake. */
const rateSchema = z
  .strictObject({
    perSecond: z.number().positive().max(1e9).openapi({ description: 'On average.' }),
    burst: z.number().positive().max(1e12).openapi({ description: 'At once, after a quiet while.' }),
  })
  .openapi('Rate');

const limitSchema = z
  .strictObject({
    rates: z.strictObject({
      requests: rateSchema.exactOptional(),
      tokens: rateSchema.exactOptional(),
    }),
    inFlight: z.int().positive().max(1_000_000).nullable().openapi({ description: 'null: no bound.' }),
  })
  .openapi('Limit');

export const limitsSchema = z
  .strictObject({
    total: limitSchema,
    services: z.record(nameSchema, limitSchema),
    keys: limitSchema.openapi({ description: 'Of each API key that no tier names.' }),
    tiers: z
      .array(
        z.strictObject({
          name: nameSchema,
          keys: z.array(nameSchema).max(10_000).readonly(),
          limit: limitSchema,
        }),
      )
      .max(100)
      .readonly(),
    queue: z.strictObject({
      waiting: z.int().nonnegative().max(10_000),
      waitMs: z.int().nonnegative().max(60_000),
    }),
  })
  .openapi('Limits') satisfies z.ZodType<Limits>;

/** `limits` is null where everything is let in. */
export const limitsInForceSchema = z
  .object({
    environment: nameSchema,
    limits: z.union([limitsSchema, z.null()]),
    setAtMs: timeMsSchema.nullable(),
    setBy: z.string().nullable(),
  })
  .openapi('LimitsInForce');

export type LimitsInForce = z.infer<typeof limitsInForceSchema>;

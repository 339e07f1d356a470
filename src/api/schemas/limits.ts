import { z } from '@hono/zod-openapi';
import type { Budget, BudgetStanding } from '../../core/limits/budget.ts';
import type { Limits } from '../../core/limits/limits.ts';
import { isTimeZone } from '../../core/limits/period.ts';
import { nameSchema, timeMsSchema } from './scalars.ts';

/** More is no limit, and less than one in a year is a mistake. */
const rateSchema = z
  .strictObject({
    perSecond: z.number().positive().max(1e9).openapi({ description: 'On average.' }),
    burst: z.number().positive().max(1e12).openapi({ description: 'At once, after a quiet while.' }),
  })
  .openapi('Rate');

/** In nano-dollars. */
const moneyRateSchema = z
  .strictObject({
    perSecond: z.number().positive().max(1e18).openapi({ description: 'Nano-dollars, on average.' }),
    burst: z.number().positive().max(1e18).openapi({ description: 'At once, after a quiet while.' }),
  })
  .openapi('MoneyRate');

const scopeSchema = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('total') }),
  z.strictObject({ scope: z.enum(['service', 'key', 'tier']), name: z.string().min(1).max(200) }),
]);

const budgetSchema = z
  .strictObject({
    name: nameSchema,
    of: scopeSchema,
    unit: z.enum(['usd', 'tokens']),
    amount: z.int().positive().openapi({ description: 'Nano-dollars, or tokens.' }),
    per: z.enum(['day', 'month']),
    zone: z.string().refine(isTimeZone, 'is no time zone'),
    atPercent: z.array(z.int().positive().max(1_000)).min(1).max(10).readonly(),
    action: z.enum(['warn', 'stop']),
  })
  .openapi('Budget') satisfies z.ZodType<Budget>;

const standingSchema = z
  .object({
    budget: z.string(),
    period: z.string().openapi({ description: 'The day or the month.' }),
    endsAtMs: timeMsSchema,
    unit: z.enum(['usd', 'tokens']),
    spent: z.number().nonnegative().openapi({ description: 'Nano-dollars, or tokens.' }),
  })
  .openapi('BudgetStanding') satisfies z.ZodType<BudgetStanding>;

const limitSchema = z
  .strictObject({
    rates: z.strictObject({
      requests: rateSchema.exactOptional(),
      tokens: rateSchema.exactOptional(),
      usd: moneyRateSchema.exactOptional(),
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
    budgets: z.array(budgetSchema).max(200).readonly().exactOptional(),
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
    standings: z
      .array(standingSchema)
      .readonly()
      .openapi({ description: 'Of budgets, as gateways have told them last.' }),
  })
  .openapi('LimitsInForce');

export type LimitsInForce = z.infer<typeof limitsInForceSchema>;

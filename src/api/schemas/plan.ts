import { z } from '@hono/zod-openapi';
import type { RolloutOrder } from '../../core/rollout/events.ts';
import type { Exposure, Gate, Plan, Stage } from '../../core/rollout/plan.ts';
import { audienceSchema } from './audience.ts';
import { requirementSchema } from './evidence.ts';
import { metricPlanSchema } from './metric.ts';
import { countSchema, digestSchema, shareSchema } from './scalars.ts';

export const gateSchema: z.ZodType<Gate> = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('evaluation') }),
    z.object({ type: z.literal('evidence') }),
    z.object({
      type: z.literal('approval'),
      approvals: countSchema,
      when: z.literal('inconclusive').optional(),
    }),
    z.object({ type: z.literal('soak'), durationMs: z.number() }),
    z.object({ type: z.literal('command'), command: z.string(), timeoutMs: z.number() }),
  ])
  .openapi('Gate');

export const exposureSchema: z.ZodType<Exposure> = z.object({
  share: shareSchema,
  mirrorShare: shareSchema,
  audience: audienceSchema.optional(),
  replicas: z.object({ candidate: countSchema, stable: countSchema }).nullable(),
});

export const stageSchema: z.ZodType<Stage> = z
  .object({
    name: z.string(),
    exposure: exposureSchema,
    gates: z.array(gateSchema),
    minimumMs: z.number(),
    timeoutMs: z.number().nullable(),
  })
  .openapi('Stage');

export const planSchema: z.ZodType<Plan> = z
  .object({
    strategy: z.string(),
    stages: z.array(stageSchema),
    guards: z.array(
      z.object({
        name: z.enum([
          'errors',
          'client-errors',
          'slow',
          'invalid',
          'feedback',
          'judge',
          'cost',
          'score',
          'disagree',
        ]),
        marginShare: z.number(),
        boundShare: shareSchema.nullable(),
        warmUpMs: z.number().optional(),
      }),
    ),
    metrics: z.array(metricPlanSchema).optional(),
    alpha: z.object({ rollback: z.number(), advance: z.number() }),
    evaluation: z
      .object({
        require: z.array(requirementSchema),
        inconclusive: z.enum(['fail', 'pass', 'approval']),
        confidence: z.number(),
        load: z.enum(['refuse', 'skip', 'allow']).optional(),
      })
      .nullable(),
    leaseMs: z.number(),
    unit: z.enum(['request', 'key']).optional(),
    isSticky: z.boolean().optional(),
    policy: z.string().openapi({ description: 'Digest of the policy that was in force when it started.' }),
  })
  .openapi('Plan');

export const rolloutOrderSchema: z.ZodType<RolloutOrder> = z
  .object({
    rollout: z.string(),
    kind: z.enum(['ship', 'promote', 'rollback']),
    release: digestSchema,
    releaseVersion: z.string(),
    plan: planSchema,
    salt: z.string(),
    origin: z.string().nullable(),
    slow: z.object({ limitMs: z.number(), from: z.enum(['service', 'stable-p99', 'default']) }),
    reason: z.string().nullable(),
  })
  .openapi('RolloutOrder');

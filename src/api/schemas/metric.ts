import { z } from '@hono/zod-openapi';
import type { MetricAnswer } from '../../core/metrics/metric-answer.ts';
import type { MetricPlan } from '../../core/metrics/metric-plan.ts';
import type { MetricPoll, MetricReading } from '../../core/metrics/metric-reading.ts';
import type { WaitingMetric } from '../../core/rollout/waiting-metric.ts';
import { countSchema, timeMsSchema } from './scalars.ts';

export const metricPlanSchema: z.ZodType<MetricPlan> = z
  .object({
    name: z.string(),
    source: z.literal('prometheus'),
    query: z.string().openapi({ description: 'With its placeholders.' }),
    range: z.object({ windowMs: z.number(), reduce: z.enum(['last', 'mean', 'max']) }).nullable(),
    min: z.number().nullable(),
    max: z.number().nullable(),
    everyMs: z.number(),
    polls: countSchema.openapi({ description: 'Polls in a row that decide.' }),
  })
  .openapi('MetricPlan');

const problems = [
  'unconfigured',
  'unreachable',
  'timeout',
  'refused',
  'query-failed',
  'not-understood',
  'too-large',
  'partial',
  'no-series',
  'many-series',
  'not-a-number',
  'infinite',
  'stale',
] as const satisfies readonly Extract<MetricAnswer, { kind: 'problem' }>['problem'][];

const reasons = z.enum([...problems, 'no-poll', 'too-few-polls', 'out-of-bound']);

const asked = { atMs: timeMsSchema, stage: z.int() };

const poll: z.ZodType<MetricPoll> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('value'), value: z.number(), ...asked }),
    z.object({
      kind: z.literal('problem'),
      problem: z.enum(problems),
      detail: z.string().nullable(),
      ...asked,
    }),
  ])
  .openapi('MetricPoll');

export const metricReadingSchema: z.ZodType<MetricReading> = z
  .object({
    metric: z.string(),
    rule: z.literal('threshold').openapi({
      description: 'A fixed bound and a number of polls; not valid at any time as e-values are.',
    }),
    min: z.number().nullable(),
    max: z.number().nullable(),
    needed: countSchema,
    polls: z.array(poll).openapi({ description: 'The newest, at most `needed`, newest last.' }),
    bad: countSchema.openapi({ description: 'Newest polls in a row with a value outside the bound.' }),
    good: countSchema.openapi({
      description: 'Newest polls in a row with a good value, of this stage only.',
    }),
    broken: z.boolean(),
    passed: z.boolean(),
    waitingFor: reasons.optional(),
  })
  .openapi('MetricReading');

/** A member of the union of what a stage waits for. */
export const waitingMetricSchema = z.object({
  on: z.literal('metric'),
  metric: z.string(),
  reason: reasons,
  detail: z.string().nullable(),
  good: countSchema,
  needed: countSchema,
  value: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
}) satisfies z.ZodType<WaitingMetric>;

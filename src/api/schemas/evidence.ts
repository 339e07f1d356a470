import { z } from '@hono/zod-openapi';
import type { EvaluationResult } from '../../core/evaluation/requirement.ts';
import type { RequirementFinding } from '../../core/evaluation/run/run-record.ts';
import type { GuardReading } from '../../core/evidence/guard-reading.ts';
import type { GateEvidence } from '../../core/rollout/events.ts';
import { metricReadingSchema } from './metric.ts';
import { countSchema, digestSchema, shareSchema } from './scalars.ts';

const outcomes = {
  started: countSchema,
  bad: countSchema,
  good: countSchema,
};

const track = z
  .object({
    ...outcomes,
    early: z.object({ bad: countSchema, good: countSchema }).optional(),
    pending: countSchema,
    badShare: shareSchema.optional(),
    mean: shareSchema.optional(),
  })
  .openapi('TrackReading');

const tracks = z.object({
  stable: track,
  candidate: track,
  pairs: z
    .object({
      started: countSchema.optional(),
      both: countSchema,
      stableOnly: countSchema,
      candidateOnly: countSchema,
      neither: countSchema,
    })
    .optional(),
});

const rule = z.enum(['compare', 'bound', 'paired']);

export const guardReadingSchema: z.ZodType<GuardReading> = z
  .object({
    guard: z.string(),
    marginShare: z.number(),
    boundShare: shareSchema.optional(),
    rollout: tracks,
    stage: tracks,
    rollback: z.object({
      rule,
      logE: z.number().openapi({ description: 'Natural logarithm of the e-value toward a rollback.' }),
      logThreshold: z.number(),
      crossed: z.boolean(),
      blind: z.boolean(),
    }),
    advance: z.object({
      rule,
      logE: z.number().openapi({ description: 'Natural logarithm of the e-value toward moving on.' }),
      logThreshold: z.number(),
      passed: z.boolean(),
      waitingFor: z
        .enum([
          'no-candidate-requests',
          'no-stable-requests',
          'no-mirrored-requests',
          'no-bound',
          'pending-outcomes',
          'not-enough-evidence',
          'candidate-looks-worse',
          'warming-up',
        ])
        .optional(),
      moreRequests: z.number().optional(),
      moreCandidateRequests: z.number().optional(),
    }),
    kind: z.literal('mean').optional(),
    keys: z.object({ rollout: tracks, stage: tracks }).optional(),
    pull: z
      .object({
        rule: z.enum(['compare', 'bound']),
        logE: z.number(),
        logThreshold: z.number(),
        crossed: z.boolean(),
        cleared: z.boolean(),
      })
      .optional(),
    difference: z
      .object({
        estimate: z.number().optional(),
        low: z.number(),
        high: z.number(),
        confidence: z.number(),
      })
      .optional(),
    warmUpRequests: countSchema.optional(),
    sharedCause: z.boolean().optional(),
  })
  .openapi('GuardReading');

const metric = z.enum([
  'accuracy',
  'precision',
  'recall',
  'f1',
  'error_rate',
  'latency_p50_ms',
  'latency_p95_ms',
  'latency_p99_ms',
]);

export const requirementSchema = z
  .object({
    metric,
    min: z.number().optional(),
    max: z.number().optional(),
    notWorseBy: z.number().optional(),
  })
  .openapi('Requirement');

export const requirementFindingSchema: z.ZodType<RequirementFinding> = z
  .object({
    requirement: z.string(),
    verdict: z.enum(['pass', 'fail', 'inconclusive', 'not-applicable']),
    found: z
      .object({ value: z.number(), low: z.number(), high: z.number(), confidence: z.number() })
      .nullable(),
    held: z
      .object({
        metric: z.string(),
        unit: z.enum(['share', 'score', 'ms', 'tokens', 'usd', 'per-second']),
        about: z.enum(['candidate', 'difference']),
        good: z.enum(['at-least', 'at-most']),
        limit: z.number(),
      })
      .optional(),
    moreCases: z.number().nullable(),
    detail: z.string(),
  })
  .openapi('RequirementFinding');

export const evaluationResultSchema: z.ZodType<EvaluationResult> = z
  .object({
    verdict: z.enum(['pass', 'fail', 'inconclusive']),
    golden: z.string(),
    cases: countSchema,
    errors: countSchema,
    metrics: z.array(
      z.object({
        metric,
        value: z.number(),
        low: z.number(),
        high: z.number(),
        confidence: z.number(),
        n: countSchema,
        method: z.string(),
        stable: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
      }),
    ),
    requirements: z.array(
      z.object({
        requirement: requirementSchema,
        verdict: z.enum(['pass', 'fail', 'inconclusive', 'not-applicable']),
        estimate: z.number().nullable(),
        low: z.number().nullable(),
        high: z.number().nullable(),
        moreCases: z.number().nullable(),
        detail: z.string(),
      }),
    ),
    comparedWith: z.string().nullable(),
    notes: z.array(z.string()),
    own: z
      .array(requirementFindingSchema)
      .optional()
      .openapi({ description: 'What the evaluation file of the release requires.' }),
    run: z.object({ id: z.string(), digest: digestSchema }).optional().openapi({
      description: 'The file in which every answer is kept, as `tidegate eval report` names it.',
    }),
  })
  .openapi('EvaluationResult');

export const gateEvidenceSchema: z.ZodType<GateEvidence> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('evaluation'), result: evaluationResultSchema }),
    z.object({
      kind: z.literal('evidence'),
      readings: z.array(guardReadingSchema),
      evidenceDigest: digestSchema.optional(),
      metrics: z.array(metricReadingSchema).optional(),
    }),
    z.object({ kind: z.literal('approval'), by: z.array(z.string()) }),
    z.object({
      kind: z.literal('soak'),
      durationMs: z.number(),
      metrics: z.array(metricReadingSchema).optional(),
    }),
    z.object({ kind: z.literal('command'), exitCode: z.int().nullable(), output: z.string() }),
    z.object({ kind: z.literal('failure'), detail: z.string() }),
  ])
  .openapi('GateEvidence');

import { z } from '@hono/zod-openapi';
import type { EvidenceSpec } from '../../core/evidence/rollout-evidence.ts';
import type { CallCosts, TrackCost } from '../../engine/call-costs.ts';
import type {
  ExplainedGate,
  ExplainedMetric,
  ExplainedPull,
  ExplainedStage,
  ExplainedState,
  Explanation,
} from '../../engine/explanation.ts';
import type { EvidenceMark } from '../../ports/evidence-store.ts';
import { gateEvidenceSchema, guardReadingSchema } from './evidence.ts';
import { leftOutSchema } from './left-out.ts';
import { metricPlanSchema, metricReadingSchema, waitingMetricSchema } from './metric.ts';
import { orNull } from './or-null.ts';
import { exposureSchema, gateSchema } from './plan.ts';
import { endCauseSchema, servedSchema, verdictSchema } from './rollout.ts';
import { countSchema, digestSchema, nameSchema, shareSchema, timeMsSchema } from './scalars.ts';

export type {
  CallCosts,
  EvidenceMark,
  EvidenceSpec,
  ExplainedGate,
  ExplainedMetric,
  ExplainedPull,
  ExplainedStage,
  Explanation,
};

const state: z.ZodType<ExplainedState> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('queued') }),
  z.object({ kind: z.literal('running'), verdict: verdictSchema }),
  z.object({
    kind: z.literal('ended'),
    outcome: z.enum(['completed', 'rolled-back', 'aborted', 'superseded', 'rejected']),
    cause: endCauseSchema,
    atMs: timeMsSchema,
    by: z.string(),
    seq: z.int().openapi({ description: 'Of the record in the ledger.' }),
  }),
]);

const explainedGate: z.ZodType<ExplainedGate> = z.object({
  gate: gateSchema,
  outcome: z.enum(['passed', 'failed', 'unknown']).nullable(),
  evidence: orNull(gateEvidenceSchema),
  decidedAtMs: timeMsSchema.nullable(),
  seq: z.int().nullable().openapi({ description: 'Of the record in the ledger.' }),
});

const move = {
  atMs: timeMsSchema,
  readings: z.array(guardReadingSchema),
  evidenceDigest: orNull(digestSchema),
  seq: z.int().openapi({ description: 'Of the record in the ledger.' }),
};

const pull: z.ZodType<ExplainedPull> = z.object({
  ...move,
  guards: z.array(z.string()),
  restored: z.object(move).nullable(),
});

const explainedStage: z.ZodType<ExplainedStage> = z
  .object({
    stage: z.int(),
    name: z.string(),
    exposure: exposureSchema,
    enteredAtMs: timeMsSchema,
    leftAtMs: timeMsSchema.nullable(),
    override: z.object({ skipped: z.array(z.string()), reason: z.string() }).nullable(),
    demandedGuards: z
      .array(z.string())
      .openapi({ description: 'Guards of which the gate for evidence demands something here.' }),
    gates: z.array(explainedGate),
    pulls: z.array(pull),
  })
  .openapi('ExplainedStage');

const explainedMetric: z.ZodType<ExplainedMetric> = z
  .object({
    plan: metricPlanSchema,
    reading: orNull(metricReadingSchema).openapi({
      description: 'By the newest answers while the rollout runs, then as it was recorded last.',
    }),
    waiting: waitingMetricSchema
      .nullable()
      .openapi({ description: 'Why it does not let the present stage be left.' }),
  })
  .openapi('ExplainedMetric');

const trackCost: z.ZodType<TrackCost> = z.object({
  calls: countSchema.openapi({ description: 'Calls whose cost is known.' }),
  costNanos: countSchema.openapi({ description: 'Of all of them, in nano-dollars.' }),
});

const callCosts: z.ZodType<CallCosts> = z
  .object({ candidate: trackCost, stable: orNull(trackCost) })
  .openapi('CallCosts');

export const explanationSchema: z.ZodType<Explanation> = z
  .object({
    service: nameSchema,
    environment: nameSchema,
    rollout: z.string(),
    kind: z.enum(['ship', 'promote', 'rollback']),
    release: digestSchema,
    releaseVersion: z.string(),
    baseline: orNull(servedSchema),
    strategy: z.string(),
    actor: z.string(),
    startedAtMs: timeMsSchema,
    reason: z.string().nullable(),
    unit: z.enum(['request', 'key']),
    alpha: z.object({ rollback: z.number(), advance: z.number() }),
    state,
    stages: z.array(explainedStage),
    readings: z.array(guardReadingSchema).openapi({
      description: 'By all that came in, with the limits of each difference. Empty when no evidence is kept.',
    }),
    metrics: z.array(explainedMetric),
    leftOut: orNull(leftOutSchema).openapi({ description: 'Null when the rollout is over.' }),
    costs: orNull(callCosts).openapi({
      description:
        'What calls cost, since each gateway process started. Null when the rollout is over, or nobody knows.',
    }),
    storedLines: countSchema
      .nullable()
      .openapi({ description: 'Lines of evidence to recompute from; null when none are kept.' }),
  })
  .openapi('Explanation');

const evidenceSpec: z.ZodType<EvidenceSpec> = z
  .object({
    guards: z.array(
      z.object({
        name: z.string(),
        marginShare: z.number(),
        boundShare: shareSchema.optional(),
        kind: z.enum(['share', 'mean']).optional(),
        warmUpMs: z.number().optional(),
      }),
    ),
    alphaRollback: z.number(),
    alphaAdvance: z.number(),
    unit: z.enum(['request', 'key']).optional(),
    isSplitTested: z.boolean().optional(),
    hasAudience: z.boolean().optional(),
  })
  .openapi('EvidenceSpec');

/** Some lines of a rollout's evidence, and what they must be read with. */
export interface EvidencePage {
  readonly spec: EvidenceSpec;
  readonly items: string[];
  readonly next: string | null;
}

export const evidencePageSchema: z.ZodType<EvidencePage> = z
  .object({ spec: evidenceSpec, items: z.array(z.string()), next: z.string().nullable() })
  .openapi('EvidenceLines');

export const evidenceMarkSchema: z.ZodType<EvidenceMark> = z
  .object({
    digest: digestSchema,
    settled: countSchema.openapi({ description: 'Lines that were settled when it was decided.' }),
    open: z.array(z.string()).openapi({ description: 'Lines of the cohorts that were still open.' }),
  })
  .openapi('EvidenceMark');

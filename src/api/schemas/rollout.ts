import { z } from '@hono/zod-openapi';
import type { EndCause, PauseCause, Served } from '../../core/rollout/events.ts';
import type { EndedRollout, GateState, PassedStage } from '../../core/rollout/state.ts';
import type { Verdict } from '../../core/rollout/verdict.ts';
import { gateEvidenceSchema, guardReadingSchema } from './evidence.ts';
import { metricReadingSchema, waitingMetricSchema } from './metric.ts';
import { orNull } from './or-null.ts';
import { rolloutOrderSchema } from './plan.ts';
import { digestSchema, timeMsSchema } from './scalars.ts';

export const servedSchema: z.ZodType<Served> = z
  .object({ release: digestSchema, releaseVersion: z.string() })
  .openapi('Served');

export const pauseCauseSchema: z.ZodType<PauseCause> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('person'), reason: z.string().nullable() }),
    z.object({ kind: z.literal('timeout'), stage: z.int(), waitingFor: z.array(z.string()) }),
    z.object({ kind: z.literal('gate-unknown'), stage: z.int(), gate: z.int(), detail: z.string() }),
    z.object({
      kind: z.literal('sample-ratio'),
      assignment: z.object({
        unit: z.enum(['request', 'key']),
        stable: z.number(),
        candidate: z.number(),
        expectedShare: z.number(),
        logE: z.number(),
        logThreshold: z.number(),
        crossed: z.boolean(),
      }),
    }),
  ])
  .openapi('PauseCause');

export const endCauseSchema: z.ZodType<EndCause> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('completed') }),
    z.object({ kind: z.literal('override'), skipped: z.array(z.string()), reason: z.string() }),
    z.object({
      kind: z.literal('guard'),
      guards: z.array(z.string()),
      readings: z.array(guardReadingSchema),
      evidenceDigest: digestSchema.optional(),
    }),
    z.object({
      kind: z.literal('metric'),
      metrics: z.array(z.string()),
      readings: z.array(metricReadingSchema),
    }),
    z.object({ kind: z.literal('gate'), stage: z.int(), gate: z.int(), evidence: gateEvidenceSchema }),
    z.object({ kind: z.literal('workload'), detail: z.string() }),
    z.object({ kind: z.literal('trip-wire'), gateway: z.string(), detail: z.string() }),
    z.object({ kind: z.literal('person'), reason: z.string().nullable() }),
    z.object({ kind: z.literal('superseded'), by: z.string() }),
  ])
  .openapi('EndCause');

const waiting = z.discriminatedUnion('on', [
  z.object({ on: z.literal('replicas'), ready: z.number(), wanted: z.number() }),
  z.object({ on: z.literal('evaluation') }),
  z.object({ on: z.literal('command'), command: z.string() }),
  z.object({ on: z.literal('approval'), have: z.number(), need: z.number(), stage: z.string() }),
  z.object({ on: z.literal(['soak', 'minimum-time']), untilMs: timeMsSchema }),
  z.object({
    on: z.literal('evidence'),
    guard: z.string(),
    reason: z.enum([
      'no-candidate-requests',
      'no-stable-requests',
      'no-mirrored-requests',
      'no-bound',
      'pending-outcomes',
      'not-enough-evidence',
      'candidate-looks-worse',
      'warming-up',
    ]),
    moreRequests: z.number().nullable(),
    moreCandidateRequests: z.number().nullable(),
  }),
  z.object({ on: z.literal('pulled'), guards: z.array(z.string()), pairs: z.number() }),
  waitingMetricSchema,
]);

export const verdictSchema: z.ZodType<Verdict> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('idle') }),
    z.object({ kind: z.literal('advance'), to: z.int() }),
    z.object({ kind: z.literal('complete') }),
    z.object({ kind: z.literal('hold'), waitingFor: z.array(waiting), untilMs: timeMsSchema.nullable() }),
    z.object({ kind: z.literal('pull'), guards: z.array(z.string()) }),
    z.object({ kind: z.literal('restore') }),
    z.object({ kind: z.literal('pause'), cause: pauseCauseSchema, already: z.boolean() }),
    z.object({
      kind: z.literal('end'),
      outcome: z.enum(['rolled-back', 'rejected']),
      cause: endCauseSchema,
    }),
  ])
  .openapi('Verdict');

const gateState: z.ZodType<GateState> = z.object({
  openedAtMs: timeMsSchema.nullable(),
  outcome: z.enum(['passed', 'failed', 'unknown']).nullable(),
  evidence: orNull(gateEvidenceSchema),
});

export const gateStatesSchema: z.ZodType<Readonly<Record<number, GateState>>> = z
  .record(z.string(), gateState)
  .openapi({ description: 'By index of the gate in its stage.' });

export const passedStageSchema: z.ZodType<PassedStage> = z
  .object({
    stage: z.int(),
    enteredAtMs: timeMsSchema,
    leftAtMs: timeMsSchema,
    gates: gateStatesSchema,
  })
  .openapi('PassedStage');

export const endedRolloutSchema: z.ZodType<EndedRollout> = z
  .object({
    order: rolloutOrderSchema,
    actor: z.string(),
    baseline: orNull(servedSchema),
    startedAtMs: timeMsSchema,
    endedAtMs: timeMsSchema,
    stage: z.int(),
    outcome: z.enum(['completed', 'rolled-back', 'aborted', 'superseded', 'rejected']),
    cause: endCauseSchema,
    endedBy: z.string(),
    passed: z.array(passedStageSchema),
  })
  .openapi('EndedRollout');

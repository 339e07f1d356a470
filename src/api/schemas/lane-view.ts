import { z } from '@hono/zod-openapi';
import type { ServedSince } from '../../core/rollout/state.ts';
import type { LaneView, RolloutView } from '../../engine/views.ts';
import { guardReadingSchema } from './evidence.ts';
import { leftOutSchema } from './left-out.ts';
import { metricReadingSchema } from './metric.ts';
import { orNull } from './or-null.ts';
import { rolloutOrderSchema } from './plan.ts';
import {
  endedRolloutSchema,
  gateStatesSchema,
  passedStageSchema,
  pauseCauseSchema,
  servedSchema,
  verdictSchema,
} from './rollout.ts';
import { countSchema, digestSchema, nameSchema, timeMsSchema } from './scalars.ts';

export type { LaneView, RolloutView };

const servedSince: z.ZodType<ServedSince> = z
  .object({ release: digestSchema, releaseVersion: z.string(), sinceMs: timeMsSchema, rollout: z.string() })
  .openapi('ServedSince');

const rolloutView: z.ZodType<RolloutView> = z
  .object({
    order: rolloutOrderSchema,
    actor: z.string(),
    baseline: orNull(servedSchema),
    startedAtMs: timeMsSchema,
    stage: z.int().min(-1).openapi({ description: '-1 until the replicas are ready.' }),
    stageEnteredAtMs: timeMsSchema,
    gates: gateStatesSchema,
    approvals: z.array(z.string()),
    paused: z.object({ cause: pauseCauseSchema, atMs: timeMsSchema, by: z.string() }).nullable(),
    pulled: z
      .object({ episode: countSchema, atMs: timeMsSchema, guards: z.array(z.string()) })
      .nullable()
      .openapi({ description: 'Set while the candidate is off its users and copies of requests decide.' }),
    pulls: countSchema,
    isSplitAccepted: z.boolean(),
    passed: z.array(passedStageSchema),
    verdict: verdictSchema,
    readings: z.array(guardReadingSchema),
    metrics: z.array(metricReadingSchema),
    leftOut: leftOutSchema,
  })
  .openapi('RolloutView');

const traffic = z
  .object({
    service: z.string(),
    release: z.string(),
    releaseVersion: z.string(),
    track: z.enum(['stable', 'candidate', 'shadow']),
    answered: countSchema,
    failed: countSchema,
    rescued: countSchema,
    clientErrors: countSchema,
    feedbackGood: countSchema,
    feedbackBad: countSchema,
    mirrorDropped: countSchema,
    leftOut: countSchema.optional(),
    unsampled: countSchema.optional(),
    outside: countSchema.optional(),
    overflowed: countSchema.optional(),
    atCeiling: countSchema.optional(),
    unfollowed: countSchema.optional(),
    unfollowedKeys: countSchema.optional(),
    costed: countSchema.optional(),
    costNanos: countSchema.optional(),
    latency: z.object({ count: countSchema, p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number() }),
    lastAssignedAtMs: timeMsSchema,
  })
  .openapi('TrafficCounts');

/** One service in one environment, with everything a screen shows about it. */
export const laneViewSchema: z.ZodType<LaneView> = z
  .object({
    service: nameSchema,
    environment: nameSchema,
    version: countSchema.openapi({ description: 'Also the ETag; send it back as If-Match.' }),
    gateway: z.string(),
    stable: orNull(servedSince),
    history: z.array(servedSince),
    rollout: orNull(rolloutView),
    queue: z.array(z.object({ release: digestSchema, releaseVersion: z.string(), rollout: z.string() })),
    workloads: z.array(
      z.object({
        release: digestSchema,
        addresses: z.array(z.string()),
        ready: countSchema,
        wanted: countSchema,
        failure: z.string().nullable(),
      }),
    ),
    traffic: z.array(traffic),
    ended: z.array(endedRolloutSchema),
  })
  .openapi('LaneView');

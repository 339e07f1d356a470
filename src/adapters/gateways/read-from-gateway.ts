import { z } from 'zod';
import { MEAN_STEPS } from '../../core/evidence/cohort-update.ts';
import type {
  Frame,
  FromGateway,
  RolloutCohort,
  TrafficCounts,
  UsageCounts,
} from '../../core/routing/link.ts';
import { measuresSchema } from './read-measures.ts';

const generation = z.looseObject({ epoch: z.number(), seq: z.number(), cut: z.number() });
const outcomes = z.looseObject({
  started: z.number(),
  bad: z.number(),
  good: z.number(),
  early: z.looseObject({ bad: z.number(), good: z.number() }).optional(),
});
const guards = z.record(z.string(), z.looseObject({ stable: outcomes, candidate: outcomes }));
const values = z.looseObject({ started: z.number(), levels: z.array(z.number()).max(MEAN_STEPS + 1) });
const count = z.number().min(0);

const message = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('hello'),
    gateway: z.string(),
    environment: z.string(),
    boot: z.string(),
    pid: z.number(),
    address: z.string(),
    generation: generation.nullable(),
    cut: z.array(z.string()).optional(),
    tripped: z.array(z.string()),
    canHandOver: z.boolean().optional(),
    successor: z.string().optional(),
  }),
  z.looseObject({ type: z.literal('applied'), generation, accepted: z.boolean() }),
  z.looseObject({
    type: z.literal('frame'),
    seq: z.number(),
    atMs: z.number(),
    cohorts: z.array(z.unknown()),
    traffic: z.array(z.unknown()),
    usage: z.array(z.unknown()).optional(),
    budgets: z
      .array(
        z.looseObject({
          budget: z.string(),
          period: z.string(),
          endsAtMs: z.number(),
          unit: z.enum(['usd', 'tokens']),
          spent: z.number().min(0),
        }),
      )
      .optional(),
  }),
  z.looseObject({
    type: z.literal('certificates'),
    certificates: z
      .array(
        z.looseObject({
          file: z.string(),
          names: z.array(z.string()),
          notBeforeMs: z.number(),
          notAfterMs: z.number(),
          fingerprint: z.string(),
          problem: z.string().nullable(),
        }),
      )
      .max(64),
  }),
  z.looseObject({
    type: z.literal('trip'),
    service: z.string(),
    rollout: z.string(),
    atMs: z.number(),
    cause: z.enum(['unreachable', 'evidence']),
    detail: z.string(),
  }),
  z.looseObject({
    type: z.literal('handover'),
    boot: z.string(),
    state: z.enum(['started', 'done', 'failed']),
    pid: z.int().min(0),
    detail: z.string(),
  }),
  z.looseObject({ type: z.literal('measured'), ask: z.number(), measures: measuresSchema }),
  z.looseObject({
    type: z.literal('report'),
    report: z.looseObject({
      invocation: z.string(),
      outcome: z.enum(['good', 'bad']),
      score: z.number().min(0).optional(),
      label: z.string().optional(),
      comment: z.string().optional(),
    }),
  }),
]);

/** The shape only: whether the numbers of a cohort are possible is for the evidence to say. */
const cohort = z.looseObject({
  service: z.string(),
  rollout: z.string(),
  source: z.string(),
  index: z.number(),
  stage: z.number(),
  candidateShare: z.number(),
  startedAtMs: z.number(),
  closed: z.boolean(),
  settled: z.boolean(),
  guards,
  keys: guards.optional(),
  keysAgain: z.array(z.looseObject({ candidateShare: z.number(), guards })).optional(),
  meansShare: z.number().optional(),
  means: z.record(z.string(), z.looseObject({ stable: values, candidate: values })).optional(),
  pairs: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  comparisons: z.record(z.string(), z.number()).optional(),
});

const traffic = z.looseObject({
  service: z.string(),
  release: z.string(),
  releaseVersion: z.string(),
  track: z.enum(['stable', 'candidate', 'shadow']),
  answered: count,
  failed: count,
  rescued: count,
  clientErrors: count,
  feedbackGood: count,
  feedbackBad: count,
  mirrorDropped: count,
  leftOut: count.optional(),
  unsampled: count.optional(),
  outside: count.optional(),
  overflowed: count.optional(),
  atCeiling: count.optional(),
  unfollowed: count.optional(),
  unfollowedKeys: count.optional(),
  costed: count.optional(),
  costNanos: count.optional(),
  latency: z.looseObject({ count, p50Ms: count, p95Ms: count, p99Ms: count }),
  lastAssignedAtMs: count,
});

const whole = z.int().min(0);

const usage = z.looseObject({
  service: z.string(),
  release: z.string(),
  releaseVersion: z.string(),
  track: z.enum(['stable', 'candidate', 'shadow']),
  key: z.string().nullable(),
  model: z.string().nullable(),
  calls: whole,
  unpriced: whole,
  untold: whole,
  inputTokens: whole,
  cachedTokens: whole,
  outputTokens: whole,
  costNanos: whole,
});

/** Clocks differ a little, but nothing was sent to a release in the future. */
const AHEAD_AT_MOST_MS = 60_000;

/**
 * Checks the shape of what a gateway says; null for what is no message. Of a frame, single cohorts and counts that are
 * not as they should be are left out. `onBad` hears of each, also of a time too far in the future, which becomes `nowMs`.
 */
export function readFromGateway(
  value: unknown,
  nowMs: number,
  onBad: (why: unknown) => void,
): FromGateway | null {
  const holds = (schema: z.ZodType, candidate: unknown): boolean => {
    const { success, error } = schema.safeParse(candidate);
    if (!success) onBad(error);
    return success;
  };
  if (!holds(message, value)) return null;
  const read = value as FromGateway;
  if (read.type !== 'frame') return read;
  const counts = (read.traffic as readonly TrafficCounts[]).filter((one) => holds(traffic, one));
  return {
    ...read,
    cohorts: (read.cohorts as readonly RolloutCohort[]).filter((one) => holds(cohort, one)),
    traffic: counts.map((one) => {
      if (one.lastAssignedAtMs <= nowMs + AHEAD_AT_MOST_MS) return one;
      onBad(new RangeError(`${one.service} was sent a request at ${one.lastAssignedAtMs}, after ${nowMs}`));
      return { ...one, lastAssignedAtMs: nowMs };
    }),
    ...(read.usage !== undefined && {
      usage: (read.usage as readonly UsageCounts[]).filter((one) => holds(usage, one)),
    }),
  } satisfies Frame;
}

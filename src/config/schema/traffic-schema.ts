import { z } from 'zod';
import type { TrafficSpec } from '../../core/release/manifest.ts';
import { SERVICE_DEFAULTS } from '../defaults.ts';
import { batchingSchema } from './batching-schema.ts';
import { cacheSchema } from './cache-schema.ts';
import { captureSchema } from './capture-schema.ts';
import { careOf, carePart } from './care-schema.ts';
import { checksSchema } from './checks-schema.ts';
import { duration, timeLimit } from './duration.ts';
import { jsonPointer } from './evaluate-schema.ts';
import { judgeSchema } from './judge-schema.ts';
import { flag, quantity } from './scalar.ts';
import { stickySchema } from './sticky-schema.ts';
import { serviceTelemetrySchema } from './telemetry-schema.ts';

const defaults = SERVICE_DEFAULTS.traffic;

const timeouts = z
  .strictObject({
    connect: timeLimit().prefault(defaults.timeouts.connect).describe('Until the connection stands.'),
    firstByte: timeLimit().prefault(defaults.timeouts.firstByte).describe('Until the answer begins.'),
    total: timeLimit().prefault(defaults.timeouts.total).describe('Until the answer is complete.'),
    idle: timeLimit().prefault(defaults.timeouts.idle).describe('Longest silence inside a streamed answer.'),
  })
  .superRefine(({ connect, firstByte, total }, context) => {
    const message = 'must not be longer than total, which ends the request anyway';
    if (connect > total) context.addIssue({ code: 'custom', message, path: ['connect'] });
    if (firstByte > total) context.addIssue({ code: 'custom', message, path: ['firstByte'] });
  })
  .prefault({})
  .describe('How long the gateway waits for a release.');

/** `traffic`: how the gateway treats requests of this service. */
export const trafficSchema = z
  .strictObject({
    sticky: stickySchema,
    repeatable: flag()
      .prefault(defaults.repeatable)
      .describe(
        'A plain HTTP write may be sent again, to stable, when the candidate fails it. Inference protocols and GET always may.',
      ),
    timeouts,
    ...carePart,
    compare: z
      .strictObject({
        pointers: z
          .array(jsonPointer())
          .max(64, 'at most 64 pointers')
          .prefault([])
          .describe('JSON pointers into both answers. Empty: the whole answer.'),
        tolerance: quantity({ zero: true })
          .prefault(defaults.tolerance)
          .describe('Greatest difference at which two numbers still agree.'),
      })
      .optional()
      .describe('How mirrored answers are compared with stable’s. Left out: they are not.'),
    slow: timeLimit()
      .optional()
      .describe('Slower answers are bad. Default: the 99th percentile of stable when the rollout starts.'),
    warmUp: duration()
      .optional()
      .describe('A fresh replica is slow for so long; `slow` does not count then. Default: not at all.'),
    feedback: z
      .strictObject({
        within: duration()
          .prefault(defaults.feedbackWithin)
          .describe('An answer that was not reported as bad by this age counts as good.'),
      })
      .prefault({})
      .describe('Reports of the application on answers it got.'),
    cost: z
      .strictObject({
        at: jsonPointer().describe('JSON pointer to a number in the answer, such as /usage/total_tokens.'),
        most: quantity({ zero: false }).describe('Answers that cost so much or more count as the worst.'),
      })
      .optional()
      .describe(
        'Where an answer says what it cost; in a stream, the last event that does. Left out: costs are not compared.',
      ),
    score: z
      .strictObject({ most: quantity({ zero: false }).describe('The best score. The worst is 0.') })
      .optional()
      .describe('Feedback may carry a score. Left out: scores are not compared.'),
    checks: checksSchema,
    judge: judgeSchema,
    cache: cacheSchema,
    batching: batchingSchema,
    capture: captureSchema,
    telemetry: serviceTelemetrySchema,
  })
  .transform(
    (given): TrafficSpec => ({
      sticky: given.sticky ?? null,
      repeatable: given.repeatable,
      timeouts: {
        connectMs: given.timeouts.connect,
        firstByteMs: given.timeouts.firstByte,
        totalMs: given.timeouts.total,
        idleMs: given.timeouts.idle,
      },
      care: careOf(given),
      ...(given.fallback !== undefined && given.fallback.length > 0 && { fallback: given.fallback }),
      compare: given.compare ?? null,
      slowMs: given.slow ?? null,
      feedbackWithinMs: given.feedback.within,
      ...(given.cost !== undefined && { cost: { pointer: given.cost.at, most: given.cost.most } }),
      ...(given.score !== undefined && { score: { most: given.score.most } }),
      ...(given.checks !== undefined && { checks: given.checks }),
      ...(given.judge !== undefined && { judge: given.judge }),
      ...(given.cache !== undefined && { cache: given.cache }),
      ...(given.batching !== undefined && { batching: given.batching }),
      ...(given.capture !== undefined && { capture: given.capture }),
      ...(given.telemetry !== undefined &&
        Object.keys(given.telemetry).length > 0 && { telemetry: given.telemetry }),
      ...(given.warmUp !== undefined && given.warmUp > 0 && { warmUpMs: given.warmUp }),
    }),
  )
  .prefault({})
  .describe('How the gateway treats requests.');

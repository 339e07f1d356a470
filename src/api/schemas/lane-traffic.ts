import { z } from '@hono/zod-openapi';
import type { RecordedHour, StableLatency } from '../../core/traffic/traffic-history.ts';
import { orNull } from './or-null.ts';
import { countSchema, digestSchema, nameSchema, timeMsSchema } from './scalars.ts';

/** What one service in one environment answered in the last two weeks. */
export interface LaneTraffic {
  readonly environment: string;
  readonly service: string;
  readonly atMs: number;
  readonly hours: readonly RecordedHour[];
  readonly latency: StableLatency | null;
}

const recordedHour: z.ZodType<RecordedHour> = z
  .object({
    hour: countSchema.openapi({ description: 'Hours since 1970, UTC.' }),
    coveredMs: z.number().nonnegative().openapi({
      description: 'Part of the hour in which a gateway was there to count, in milliseconds.',
    }),
    requests: countSchema.openapi({ description: 'Of users; copies are none.' }),
    stable: z
      .object({
        answered: countSchema,
        failed: countSchema,
        clientErrors: countSchema,
        feedbackBad: countSchema,
      })
      .openapi({ description: 'What became of those that stable answered.' }),
  })
  .openapi('RecordedHour');

const stableLatency: z.ZodType<StableLatency> = z
  .object({
    release: digestSchema,
    count: countSchema,
    p50Ms: z.number(),
    p95Ms: z.number(),
    p99Ms: z.number(),
  })
  .openapi('StableLatency');

export const laneTrafficSchema: z.ZodType<LaneTraffic> = z
  .object({
    environment: nameSchema,
    service: nameSchema,
    atMs: timeMsSchema,
    hours: z
      .array(recordedHour)
      .openapi({ description: 'Ascending; hours of which nothing is known are missing.' }),
    latency: orNull(stableLatency).openapi({ description: 'Newest quantiles of stable.' }),
  })
  .openapi('LaneTraffic');

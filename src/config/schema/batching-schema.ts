import { z } from 'zod';
import type { BatchingPolicy } from '../../core/routing/batching-policy.ts';
import { SERVICE_DEFAULTS } from '../defaults.ts';
import { duration } from './duration.ts';
import { count } from './scalar.ts';
import { percent } from './share.ts';

const defaults = SERVICE_DEFAULTS.traffic.batching;

/** `traffic.batching`: inference requests that are sent as one. */
export const batchingSchema = z
  .strictObject({
    maxBatch: count(2, 65_536)
      .prefault(defaults.maxBatch)
      .describe('Most rows, along the first dimension of the inputs, that are sent as one request.'),
    maxWait: duration({ zero: false, mostMs: 10_000 })
      .prefault(defaults.maxWait)
      .describe('How long a request waits for others.'),
    evidence: percent({ least: 0.001 })
      .prefault(defaults.evidence)
      .describe(
        'While a candidate is on the routes: the part of the requests that is sent alone and is evidence. The rest is none.',
      ),
  })
  .transform(
    ({ maxBatch, maxWait, evidence }): BatchingPolicy => ({
      rowsAtMost: maxBatch,
      waitMs: maxWait,
      evidenceShare: evidence,
    }),
  )
  .optional()
  .describe(
    'For protocol open-inference: puts requests together along the first dimension. Left out: each is sent by itself.',
  );

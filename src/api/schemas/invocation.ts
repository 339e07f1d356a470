import { z } from '@hono/zod-openapi';
import type { EndedRollout, PassedStage } from '../../core/rollout/state.ts';
import type { FeedbackRecord, InvocationRecord } from '../../gateway/invocation-log/line.ts';
import { orNull } from './or-null.ts';
import { rolloutOrderSchema } from './plan.ts';
import { releaseSummarySchema } from './release.ts';
import { passedStageSchema, servedSchema } from './rollout.ts';
import { timeMsSchema } from './scalars.ts';

const invocation: z.ZodType<InvocationRecord> = z.custom<InvocationRecord>().openapi('InvocationRecord', {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: ['invocation'] },
    id: { type: 'string' },
    at: { type: 'string', format: 'date-time' },
    service: { type: 'string' },
    track: { type: 'string', enum: ['stable', 'candidate'] },
    release: { type: 'string' },
    version: { type: 'string' },
    rollout: { type: ['string', 'null'] },
    stage: { type: ['integer', 'null'] },
    generation: { type: 'string' },
    share: { type: 'number' },
    status: { type: 'integer' },
    ms: { type: 'number' },
    ending: { type: 'string' },
    rescued: { type: 'boolean' },
    answeredBy: { type: 'string' },
    mirrored: { type: 'boolean' },
    cache: { type: 'string', enum: ['hit', 'miss', 'bypass', 'joined'] },
    sparedBy: { type: 'string' },
    batchedWith: { type: 'integer' },
    overflow: { type: 'boolean' },
    retried: { type: 'boolean' },
    fallback: { type: 'string' },
    tokensIn: { type: 'integer' },
    tokensOut: { type: 'integer' },
    costNanoUsd: { type: ['integer', 'null'] },
    costPartly: { type: 'boolean' },
    firstTokenMs: { type: 'number' },
    trace: { type: 'string' },
    span: { type: 'string' },
    key: { type: ['string', 'null'] },
    sticky: { type: ['string', 'null'] },
  },
});

const feedback: z.ZodType<FeedbackRecord> = z.object({
  kind: z.literal('feedback'),
  at: z.string(),
  invocation: z.string(),
  outcome: z.enum(['good', 'bad']),
  score: z.number().optional(),
  label: z.string().optional(),
  comment: z.string().optional(),
  late: z.boolean(),
  key: z.string().nullable(),
});

/** The rollout that brought the answering release to where it stood, as far as it had come by then. */
export interface TracedRollout {
  readonly order: EndedRollout['order'];
  readonly actor: string;
  readonly startedAtMs: number;
  readonly outcome: EndedRollout['outcome'] | 'running';
  readonly endedAtMs: number | null;
  /** Stages left before the request came, with what their gates were decided on. */
  readonly passed: readonly PassedStage[];
}

const tracedRollout: z.ZodType<TracedRollout> = z
  .object({
    order: rolloutOrderSchema,
    actor: z.string(),
    startedAtMs: timeMsSchema,
    outcome: z.enum(['running', 'completed', 'rolled-back', 'aborted', 'superseded', 'rejected']),
    endedAtMs: timeMsSchema.nullable(),
    passed: z.array(passedStageSchema),
  })
  .openapi('TracedRollout');

export const traceSchema = z
  .object({
    environment: z.string(),
    invocation: orNull(invocation),
    feedback: z.array(feedback),
    payload: orNull(z.object({ why: z.enum(['sample', 'failed']), expiresAt: z.string() })).openapi({
      description:
        'That bodies of it are kept, and until when; `POST /invocations/{id}/payload` gives them out.',
    }),
    release: orNull(releaseSummarySchema).openapi({ description: 'The release that answered.' }),
    rollout: orNull(tracedRollout),
    stable: orNull(servedSchema).openapi({ description: 'What was stable at that moment.' }),
    neighbours: z
      .object({ before: orNull(servedSchema), after: orNull(servedSchema) })
      .openapi({ description: 'What served here before the answering release and after it.' }),
  })
  .openapi('Trace');

export type Trace = z.infer<typeof traceSchema>;

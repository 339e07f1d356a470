import { z } from '@hono/zod-openapi';
import { digestSchema } from './scalars.ts';

export const replicaLogSchema = z
  .object({
    release: digestSchema,
    releaseVersion: z.string(),
    replica: z.int(),
    text: z.string(),
    replicas: z.array(
      z.object({
        slot: z.int(),
        state: z.enum(['starting', 'ready', 'unready', 'backing-off', 'failed', 'stopping']),
        restarts: z.int(),
        detail: z.string().nullable(),
      }),
    ),
  })
  .openapi('ReplicaLog');

export type ReplicaLog = z.infer<typeof replicaLogSchema>;

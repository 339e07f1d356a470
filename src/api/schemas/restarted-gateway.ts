import { z } from '@hono/zod-openapi';
import type { RestartedGateway } from '../../core/routing/restarted-gateway.ts';
import { nameSchema } from './scalars.ts';

export const restartRequestSchema = z.strictObject({
  environment: nameSchema.optional().openapi({ description: 'Absent: the gateways of all.' }),
});

const process = { gateway: z.string(), environment: z.string() };

const restartedGatewaySchema = z
  .discriminatedUnion('outcome', [
    z.object({
      ...process,
      outcome: z.enum(['handed-over', 'started-anew']),
      from: z.string().openapi({ description: 'Boot of the process before.' }),
      to: z.string().openapi({ description: 'Boot of the process that serves now.' }),
    }),
    z.object({ ...process, outcome: z.literal('kept'), from: z.string().nullable(), why: z.string() }),
  ])
  .openapi('RestartedGateway') satisfies z.ZodType<RestartedGateway>;

export const restartedGatewaysSchema = z
  .object({ items: z.array(restartedGatewaySchema) })
  .openapi('RestartedGateways', {
    description: 'In the order they were replaced in; it ends with the first that was kept.',
  });

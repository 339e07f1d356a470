import { z } from '@hono/zod-openapi';
import { ADDRESS_STANDINGS, type LiveGateway } from '../../core/telemetry/measures.ts';
import { gatewaySchema } from './info.ts';
import { orNull } from './or-null.ts';
import { countSchema, timeMsSchema } from './scalars.ts';

const live: z.ZodType<LiveGateway> = z
  .object({
    startedAtMs: timeMsSchema,
    inFlight: countSchema,
    ratePerSecond: z.number().openapi({ description: 'Invocations that ended, over the last seconds.' }),
    connections: countSchema,
    residentBytes: z.number(),
    leaseAgeMs: z.number().nullable().openapi({ description: 'Null: no lease since the start.' }),
    addresses: z.array(
      z.object({
        service: z.string(),
        track: z.enum(['stable', 'candidate']),
        release: z.string(),
        address: z.string(),
        standing: z.enum(ADDRESS_STANDINGS),
        inFlight: countSchema,
      }),
    ),
    addressesLeftOut: countSchema,
  })
  .openapi('LiveState');

export const liveGatewaySchema = gatewaySchema
  .extend({ live: orNull(live).openapi({ description: 'Null: the process did not say.' }) })
  .openapi('LiveGateway');

export type LiveGatewayStatus = z.infer<typeof liveGatewaySchema>;

import { z } from '@hono/zod-openapi';
import type { LeftOut } from '../../engine/left-out.ts';
import { countSchema } from './scalars.ts';

export type { LeftOut };

export const leftOutSchema: z.ZodType<LeftOut> = z
  .object({
    failingKeys: countSchema.openapi({
      description: 'Of API keys that had failed so often that they would have decided alone.',
    }),
    atCeiling: countSchema.openapi({
      description: 'Of moments at which sticky users had given the candidate more than its share.',
    }),
    overflowed: countSchema.openapi({
      description: 'The part of atCeiling that was drawn for the candidate and answered by stable.',
    }),
    unfollowed: countSchema.openapi({ description: 'Nobody waited for feedback about them.' }),
    unfollowedKeys: countSchema.openapi({
      description: 'Of sticky users that give no outcome of their own, for there are too many.',
    }),
    unsampled: countSchema.optional().openapi({
      description: 'Of services with a cache or batches: not drawn to be asked by themselves.',
    }),
    outside: countSchema.optional().openapi({ description: 'Outside the audience of the stage.' }),
  })
  .openapi('LeftOut', {
    description: 'Requests that guards learned nothing from, since each gateway process started.',
  });

import { z } from '@hono/zod-openapi';
import type { Audience } from '../../core/audience/audience.ts';

/** What it is made of is not spelled out here: an audience may hold others. */
export const audienceSchema: z.ZodType<Audience> = z
  .custom<Audience>((value) => typeof value === 'object' && value !== null && 'type' in value)
  .openapi('Audience', {
    type: 'object',
    description:
      'Whose requests are drawn, copied and evidence: `header` (`name`, `values`), `header-prefix` (`name`, `prefix`), `claim` (`name`, `values`), `keys` (`ids`), `key-share` (`share`), and `all`, `any` or `not` of others (`of`).',
    properties: { type: { type: 'string' } },
    required: ['type'],
    additionalProperties: true,
  });

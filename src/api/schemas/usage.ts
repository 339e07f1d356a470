import { z } from '@hono/zod-openapi';
import { USAGE_GROUPS } from '../../core/cost/usage-sums.ts';
import { countSchema } from './scalars.ts';

const sums = {
  calls: countSchema.openapi({ description: 'Of releases, also those whose answer nobody got.' }),
  unpriced: countSchema.openapi({ description: 'Calls without a price; they are in no cost.' }),
  untold: countSchema.openapi({
    description: 'Calls with a price, of which the answer did not say what it depends on; in no cost either.',
  }),
  inputTokens: countSchema,
  cachedTokens: countSchema.openapi({ description: 'Of the input.' }),
  outputTokens: countSchema,
  costNanos: countSchema.openapi({ description: 'Nano-dollars, as far as they are known.' }),
};

const groups = z.object({
  environment: z.string().exactOptional(),
  day: z.string().exactOptional().openapi({ description: 'UTC.' }),
  service: z.string().exactOptional(),
  release: z.string().exactOptional(),
  releaseVersion: z.string().exactOptional(),
  track: z.string().exactOptional(),
  key: z.string().nullable().exactOptional().openapi({ description: 'null: without one; *: the others.' }),
  model: z.string().nullable().exactOptional(),
} satisfies Record<(typeof USAGE_GROUPS)[number], unknown>);

export const usageSchema = z
  .object({
    since: z.string().openapi({ description: 'First day, UTC.' }),
    rows: z.array(groups.extend(sums)),
  })
  .openapi('Usage');

export type UsageReport = z.infer<typeof usageSchema>;

export const usageQuerySchema = z.object({
  by: z
    .string()
    .default('service,releaseVersion,track')
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(z.enum(USAGE_GROUPS)).max(USAGE_GROUPS.length))
    .openapi({ type: 'string', description: `Any of ${USAGE_GROUPS.join(', ')}, with commas between.` }),
  since: z.iso.date().optional().openapi({ description: 'First day, UTC. Default: 30 days ago.' }),
  environment: z.string().optional(),
  service: z.string().optional(),
  release: z.string().optional().openapi({ description: 'Digest or version.' }),
  key: z.string().optional(),
});

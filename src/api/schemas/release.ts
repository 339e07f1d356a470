import { z } from '@hono/zod-openapi';
import type { ReleaseManifest } from '../../core/release/manifest.ts';
import type { ReleaseRecord } from '../../engine/catalog.ts';
import { orNull } from './or-null.ts';
import { digestSchema, nameSchema, timeMsSchema } from './scalars.ts';

export type { ReleaseRecord };

/** The registry's own reader checks it, byte for byte; here it is only described. */
const manifest = z
  .custom<ReleaseManifest>((value) => typeof value === 'object' && value !== null, 'is not a manifest')
  .openapi('ReleaseManifest', {
    type: 'object',
    description:
      'What a release is: `tidegate.release/v1`. The digest of its canonical JSON (RFC 8785) is the identity of the release.',
    properties: {
      schema: { type: 'string', enum: ['tidegate.release/v1'] },
      service: { type: 'string' },
      version: { type: 'string' },
      protocol: { type: 'string', enum: ['open-inference', 'openai', 'http'] },
      components: { type: 'array', items: { type: 'object' } },
      serving: { type: 'object' },
      traffic: { type: 'object' },
      evaluation: { type: ['object', 'null'] },
      overlays: { type: 'object' },
      lineage: { type: 'object' },
    },
    required: [
      'schema',
      'service',
      'version',
      'protocol',
      'components',
      'serving',
      'traffic',
      'evaluation',
      'overlays',
      'lineage',
    ],
  });

export const releaseRecordSchema: z.ZodType<ReleaseRecord> = z
  .object({
    release: digestSchema,
    content: digestSchema,
    manifest,
    signature: z.unknown().openapi({ description: 'DSSE envelope over the manifest, or null.' }),
    sealedAtMs: timeMsSchema,
    sealedBy: z.string(),
  })
  .openapi('Release');

export const releaseSummarySchema = z
  .object({
    release: digestSchema,
    content: digestSchema,
    version: z.string(),
    sealedAtMs: timeMsSchema,
    sealedBy: z.string(),
    gitCommit: z.string().nullable(),
    gitDirty: z.boolean(),
    components: z.array(z.string()),
    bytes: z.number(),
  })
  .openapi('ReleaseSummary');

export type ReleaseSummary = z.infer<typeof releaseSummarySchema>;

export const serviceSummarySchema = z
  .object({
    service: nameSchema,
    releases: z.int(),
    newest: orNull(releaseSummarySchema),
  })
  .openapi('Service');

export type ServiceSummary = z.infer<typeof serviceSummarySchema>;

export const newReleaseSchema = z
  .object({
    manifest,
    isVersionAsked: z.boolean().openapi({
      description: 'A person chose this version. Otherwise contents that exist keep the version they have.',
    }),
  })
  .openapi('NewRelease');

export const nextVersionSchema = z
  .object({
    version: z.string(),
    exists: z.boolean().openapi({ description: 'A release with these contents has this version already.' }),
  })
  .openapi('NextVersion');

export type NextVersion = z.infer<typeof nextVersionSchema>;

import { z } from 'zod';
import { NAME_PATTERN, readName } from '../scalars/name.ts';
import { show } from '../scalars/show.ts';
import { componentsSchema } from './components-schema.ts';
import { evaluateSchema } from './evaluate-schema.ts';
import { choice, scalar } from './scalar.ts';
import { env, externalSchema, replicas, runSchema, secrets } from './serving-schema.ts';
import { strategySchema } from './strategy-schema.ts';
import { trafficSchema } from './traffic-schema.ts';

const name = () => scalar<string>(readName, { type: 'string', pattern: NAME_PATTERN });

const declared = scalar<string | number | boolean>(
  (value) => {
    if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return { value };
    if (typeof value !== 'string')
      return { problem: `expected a text, number, true or false, got ${show(value)}` };
    return value.length > 4_096 ? { problem: 'a lineage entry holds at most 4096 characters' } : { value };
  },
  { type: ['string', 'number', 'boolean'] },
);

const environmentName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'is not the name of an environment: lower-case letters, digits and hyphens',
  );

const lineageName = z
  .string()
  .min(1, 'a name must not be empty')
  .max(128, 'a name has at most 128 characters');

/** tidegate.yaml as written. `toServiceConfig` turns what comes out into a `ServiceConfig`. */
export const serviceSchema = z
  .strictObject({
    service: name().describe('Name of the service: lower-case letters, digits, hyphens.'),
    protocol: choice(['open-inference', 'openai', 'http']).describe(
      'What the service speaks: Open Inference Protocol v2, an OpenAI-compatible API, or anything else over HTTP.',
    ),
    components: componentsSchema.prefault({}).describe('What a release consists of.'),
    run: runSchema.optional(),
    external: externalSchema.optional(),
    evaluate: evaluateSchema.optional(),
    traffic: trafficSchema,
    lineage: z
      .record(lineageName, declared)
      .prefault({})
      .describe('Where this came from: digests and figures of your own, such as trainingData: sha256:...'),
    environments: z
      .record(
        environmentName,
        z.strictObject({
          replicas: replicas().optional().describe('Instead of run.replicas.'),
          env,
          secrets,
          strategy: strategySchema
            .optional()
            .describe('Instead of the environment’s own, where its policy allows it.'),
        }),
      )
      .prefault({})
      .describe('What differs between environments; sealed into the same release.'),
  })
  .meta({ oneOf: [{ required: ['run'] }, { required: ['external'] }] });

export type ServiceInput = z.output<typeof serviceSchema>;

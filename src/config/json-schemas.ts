import { z } from 'zod';
import { dataSchemaSchema } from './schema/data-schema-schema.ts';
import { evalSchema } from './schema/eval-schema.ts';
import { limitsSchema } from './schema/limits-schema.ts';
import { policySchema } from './schema/policy-schema.ts';
import { pricesSchema } from './schema/prices-schema.ts';
import { serverSchema } from './schema/server-schema.ts';
import { serviceSchema } from './schema/service-schema.ts';

export interface ConfigFileKind {
  readonly schema: z.ZodType;
  /** Name of the generated file. */
  readonly schemaFile: string;
  readonly title: string;
}

export const CONFIG_FILES = {
  service: { schema: serviceSchema, schemaFile: 'tidegate.schema.json', title: 'tidegate.yaml: a service' },
  server: {
    schema: serverSchema,
    schemaFile: 'server.schema.json',
    title: 'tidegate.server.yaml: a control plane',
  },
  policy: { schema: policySchema, schemaFile: 'policy.schema.json', title: 'The policy of an environment' },
  limits: {
    schema: limitsSchema,
    schemaFile: 'limits.schema.json',
    title: 'What the gateways of an environment let in',
  },
  prices: {
    schema: pricesSchema,
    schemaFile: 'prices.schema.json',
    title: 'What calls of models and services cost',
  },
  evaluation: {
    schema: evalSchema,
    schemaFile: 'eval.schema.json',
    title: 'tidegate-eval.yaml: an evaluation on a golden set',
  },
  data: {
    schema: dataSchemaSchema,
    schemaFile: 'data.schema.json',
    title: 'What rows of data must be like',
  },
} as const satisfies Record<string, ConfigFileKind>;

/** The draft-07 JSON Schema of what may be written, which is what editors for YAML understand. */
export const jsonSchemaOf = (kind: keyof typeof CONFIG_FILES): Readonly<Record<string, unknown>> => {
  const known = generated.get(kind);
  if (known !== undefined) return known;
  const { schema, title } = CONFIG_FILES[kind];
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  const made = { $schema, title, ...rest };
  generated.set(kind, made);
  return made;
};

/** Making one takes longer than checking a file. */
const generated = new Map<string, Readonly<Record<string, unknown>>>();

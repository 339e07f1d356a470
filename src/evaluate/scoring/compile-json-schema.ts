import { createRequire } from 'node:module';
import type { Ajv as AjvClass, AnySchema } from 'ajv';
import type { Ajv2020 as Ajv2020Class } from 'ajv/dist/2020.js';

// Loading it takes longer than most commands; only who has a schema pays.
const load = createRequire(import.meta.url);

/** Null when a value is valid, else what is wrong with it first. */
export type SchemaTest = (value: unknown) => string | null;

/** A JSON Schema, draft 2020-12, or draft-07 where `$schema` says so. Throws an Error when it is none. */
export const compileJsonSchema = (schema: unknown): SchemaTest => {
  const options = { strict: false, validateFormats: false, addUsedSchema: false, logger: false } as const;
  const dialect = typeof schema === 'object' && schema !== null && '$schema' in schema ? schema.$schema : '';
  const ajv = String(dialect).includes('draft-07')
    ? new (load('ajv') as { Ajv: typeof AjvClass }).Ajv(options)
    : new (load('ajv/dist/2020.js') as { Ajv2020: typeof Ajv2020Class }).Ajv2020(options);
  const validate = ajv.compile(schema as AnySchema);
  return (value) => {
    if (validate(value)) return null;
    const { instancePath = '', message = 'is not valid' } = validate.errors?.[0] ?? {};
    return `${instancePath === '' ? 'the value' : instancePath} ${message}`;
  };
};

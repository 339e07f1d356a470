import { createRequire } from 'node:module';
import type { Ajv as AjvClass, AnySchema } from 'ajv';
import type { Ajv2020 as Ajv2020Class } from 'ajv/dist/2020.js';
import type { Compiling, Fault } from './compiled-check.ts';

// Loading it takes longer than most commands; only who has a schema pays.
const load = createRequire(import.meta.url);

/** Keywords that OpenAPI documents carry and that change nothing about what is valid. */
const ANNOTATIONS = ['example', 'externalDocs', 'xml'];

/**
 * Compiles a JSON Schema: draft 2020-12, or draft-07 where `$schema` says so. The test gives the keyword that an answer
 * breaks first. Unknown keywords are a problem, for a misspelt one would let everything pass; `format` is an annotation, as
 * the standard has it by default; references lead nowhere outside the schema.
 */
export function compileSchema(schema: unknown): Compiling<(value: unknown) => Fault> {
  if (typeof schema !== 'boolean' && !isMap(schema))
    return { ok: false, problem: 'a JSON Schema is a map, true or false' };
  try {
    const ajv = ajvFor(schema);
    const validate = ajv.compile(schema as AnySchema);
    if ('$async' in validate) return { ok: false, problem: 'asynchronous schemas are not supported' };
    return {
      ok: true,
      value: (value) => (validate(value) ? null : `schema:${validate.errors?.[0]?.keyword ?? 'unknown'}`),
    };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

function ajvFor(schema: boolean | Readonly<Record<string, unknown>>): AjvClass {
  const options = {
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    validateFormats: false,
    discriminator: true,
    // The schema comes from outside: it must not fetch or replace anything.
    addUsedSchema: false,
    logger: false,
  } as const;
  const dialect = typeof schema === 'boolean' ? undefined : schema.$schema;
  const isDraft07 = typeof dialect === 'string' && dialect.includes('draft-07');
  const ajv = isDraft07
    ? new (load('ajv') as { Ajv: typeof AjvClass }).Ajv(options)
    : new (load('ajv/dist/2020.js') as { Ajv2020: typeof Ajv2020Class }).Ajv2020(options);
  ajv.addVocabulary(ANNOTATIONS);
  return ajv;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

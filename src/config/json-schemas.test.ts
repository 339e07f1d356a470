import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CONFIG_FILES, jsonSchemaOf } from './json-schemas.ts';
import { draft07Errors } from './testing/draft07.ts';

const kinds = ['service', 'server', 'policy', 'limits', 'evaluation', 'data'] as const;

describe.each(kinds)('the JSON Schema of the %s file', (kind) => {
  test('is the one that is checked in (else: node scripts/generate-schema.ts)', () => {
    const path = new URL(`../../schema/${CONFIG_FILES[kind].schemaFile}`, import.meta.url);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(jsonSchemaOf(kind));
  });

  test('says draft-07, and has only what draft-07 has', () => {
    const schema = jsonSchemaOf(kind);
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(() => everySubschema(schema)).not.toThrow();
  });

  test('describes every key', () => {
    const silent = everySubschema(jsonSchemaOf(kind)).flatMap(({ path, schema }) =>
      Object.entries((schema.properties ?? {}) as Record<string, Record<string, unknown>>)
        .filter(([, inner]) => inner.description === undefined)
        .map(([name]) => `${path}.${name}`),
    );
    expect(silent).toEqual([]);
  });

  test('its defaults are valid by itself', () => {
    for (const { path, schema } of everySubschema(jsonSchemaOf(kind))) {
      if (schema.default === undefined) continue;
      expect(draft07Errors(schema, schema.default, path)).toEqual([]);
    }
  });

  test('closes every map', () => {
    for (const { path, schema } of everySubschema(jsonSchemaOf(kind)))
      if (schema.type === 'object')
        expect([path, schema.additionalProperties]).not.toEqual([path, undefined]);
  });
});

const CHILDREN = ['properties'] as const;
const CHILD = ['items', 'additionalProperties', 'propertyNames'] as const;
const BRANCHES = ['anyOf', 'oneOf'] as const;

/** Every schema inside a schema, with its path. Throws at a keyword that the validator of these tests does not know. */
const everySubschema = (
  schema: Record<string, unknown>,
  path = '$',
): { path: string; schema: Record<string, unknown> }[] => {
  draft07Errors(schema, {}, path);
  const children: [string, unknown][] = [
    ...CHILDREN.flatMap((key) =>
      Object.entries((schema[key] ?? {}) as object).map(([name, each]): [string, unknown] => [
        `${path}.${name}`,
        each,
      ]),
    ),
    ...CHILD.map((key): [string, unknown] => [`${path}/${key}`, schema[key]]),
    ...BRANCHES.flatMap((key) =>
      ((schema[key] ?? []) as unknown[]).map((each, index): [string, unknown] => [
        `${path}/${key}/${index}`,
        each,
      ]),
    ),
  ];
  return [
    { path, schema },
    ...children
      .filter(
        (child): child is [string, Record<string, unknown>] =>
          typeof child[1] === 'object' && child[1] !== null,
      )
      .flatMap(([where, each]) => everySubschema(each, where)),
  ];
};

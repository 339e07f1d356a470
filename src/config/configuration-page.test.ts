import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkPolicy } from './check-policy.ts';
import { checkServer } from './check-server.ts';
import { checkService } from './check-service.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

/** `## title` up to the next one. */
const section = (title: string): string => page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

/** Keys at the top of a file and below each of them, as its JSON Schema has them. */
const keysOf = (name: string): string[] => {
  const root = JSON.parse(
    readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8'),
  ) as Schema;
  return Object.entries(root.properties ?? {}).flatMap(([key, schema]) => [key, ...innerKeys(root, schema)]);
};

const innerKeys = (root: Schema, schema: Schema): string[] => {
  const seen = schema.$ref === undefined ? schema : resolved(root, schema.$ref);
  const { properties, items, additionalProperties } = seen;
  if (properties !== undefined) return Object.keys(properties);
  if (items !== undefined) return innerKeys(root, items);
  return typeof additionalProperties === 'object' ? innerKeys(root, additionalProperties) : [];
};

const resolved = (root: Schema, ref: string): Schema =>
  ref
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root) as Schema;

it.each([
  ['tidegate.yaml', 'tidegate', checkService],
  ['tidegate.server.yaml', 'server', checkServer],
  ['A policy', 'policy', checkPolicy],
])('the page about %s has every key, and an example that is valid', (title, schema, check) => {
  const text = section(title);
  const keys = keysOf(schema);
  expect(keys.length).toBeGreaterThan(10);
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
  const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  using folder = scratchFolder({ 'golden.jsonl': '{}\n', 'serve.py': '', 'model/weights': '' });
  expect(check(example, join(folder.path, 'file.yaml'))).toEqual([]);
});

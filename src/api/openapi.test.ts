import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openApiText } from './openapi-text.ts';

it('the OpenAPI document in schema/ is fresh (node scripts/generate-openapi.ts makes it so)', () => {
  const path = new URL('../../schema/openapi.json', import.meta.url);
  expect(readFileSync(path, 'utf8')).toBe(openApiText());
});

it('resolves every reference and marks no named schema as nullable', () => {
  const document = JSON.parse(openApiText()) as {
    components: { schemas: Record<string, { type?: unknown }> };
  };
  const { schemas } = document.components;
  const references = [...openApiText().matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(50);
  for (const [, name] of references) expect(schemas).toHaveProperty(name!);
  for (const { type } of Object.values(schemas)) expect([type].flat()).not.toContain('null');
});

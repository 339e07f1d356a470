import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exampleManifest } from '../core/release/manifest.fixture.ts';
import type { OutputCheck } from '../core/release/manifest.ts';
import { sealChecks } from './seal-checks.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-seal-checks-'));
});
afterEach(() => rm(directory, { recursive: true }));

const { traffic } = exampleManifest();
const sealed = (check: OutputCheck) =>
  sealChecks({ ...traffic, checks: { share: 1, checks: [check] } }, directory).checks?.checks[0];

test('a schema file becomes part of the release', async () => {
  await writeFile(join(directory, 'answer.json'), '{"type": "object", "required": ["label"]}');
  expect(sealed({ kind: 'json-schema', schema: 'answer.json', pointer: '/a' })).toEqual({
    kind: 'json-schema',
    schema: { type: 'object', required: ['label'] },
    pointer: '/a',
  });
});

test('everything else stays as it is', () => {
  const inline: OutputCheck = { kind: 'json-schema', schema: { type: 'object' } };
  expect(sealed(inline)).toBe(inline);
  expect(sealChecks(traffic, directory)).toBe(traffic);
});

test('a file that broke since it was checked is not sealed', async () => {
  await writeFile(join(directory, 'answer.json'), '{"type": "objct"}');
  expect(() => sealed({ kind: 'json-schema', schema: 'answer.json' })).toThrow(/cannot be sealed/);
  expect(() => sealed({ kind: 'json-schema', schema: 'none.json' })).toThrow(/there is no file/);
});

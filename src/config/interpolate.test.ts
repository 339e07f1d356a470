/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of YAML files */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isTidegateError } from '../errors.ts';
import { brokenReferences, interpolate } from './interpolate.ts';
import { interpolateService } from './interpolate-service.ts';
import { loadService } from './load-service.ts';
import type { Problem } from './problem.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

describe('filling in', () => {
  test.each<[string, Record<string, string>, ReturnType<typeof interpolate>]>([
    ['plain $HOME $(x) ${x}', {}, { text: 'plain $HOME $(x) ${x}' }],
    ['a${env:A}b${env:B}', { A: '1', B: '2' }, { text: 'a1b2' }],
    ['${env:A:-x}', {}, { text: 'x' }],
    ['${env:A:-x}', { A: '' }, { text: 'x' }],
    ['${env:A:-}', {}, { text: '' }],
    ['${env:A}', { A: '' }, { text: '' }],
    ['${env:A} ${env:B} ${env:C:-}', {}, { missing: ['A', 'B'] }],
    ['$${env:A}', { A: '1' }, { text: '${env:A}' }],
    ['${env:A}', { A: '${env:B}', B: 'never' }, { text: '${env:B}' }],
    ['${env:toString}', {}, { missing: ['toString'] }],
  ])('%s', (text, variables, result) => {
    expect(interpolate(text, variables)).toEqual(result);
  });

  test('what only looks like a reference', () => {
    expect(brokenReferences('${A} ${env:A} ${env:} ${env:A-b} ${')).toEqual([
      '${A}',
      '${env:}',
      '${env:A-b}',
      '${',
    ]);
  });
});

describe('a service', () => {
  const text = [
    'service: a',
    'protocol: openai',
    'external:',
    '  address: http://${env:MODEL_HOST}:8000/',
    'lineage: {commit: "${env:COMMIT:-none}", size: 3}',
  ].join('\n');

  test('is filled in where it may be', () => {
    using folder = scratchFolder({ 'tidegate.yaml': text });
    const config = interpolateService(loadService(join(folder.path, 'tidegate.yaml')), { MODEL_HOST: 'h' });
    expect(config.serving).toMatchObject({ address: 'http://h:8000' });
    expect(config.lineage).toEqual({ commit: 'none', size: 3 });
  });

  test('also in its environments', () => {
    const run =
      'service: a\nprotocol: http\nrun: {command: ./a, env: {X: "${env:X}"}}\nenvironments: {production: {env: {Y: "${env:X}!"}}}\n';
    using folder = scratchFolder({ 'tidegate.yaml': run });
    const config = interpolateService(loadService(join(folder.path, 'tidegate.yaml')), { X: '1' });
    expect(config.serving).toMatchObject({ env: { X: '1' } });
    expect(config.overlays.production?.env).toEqual({ Y: '1!' });
  });

  test.each([
    [
      'a variable that is not set',
      {},
      'the environment variable MODEL_HOST is not set and has no default',
      4,
      12,
    ],
    ['an address that is none afterwards', { MODEL_HOST: 'a b' }, '"http://a b:8000/" is not a URL', 4, 12],
  ])('%s is named with its place', (_, variables, message, line, column) => {
    using folder = scratchFolder({ 'tidegate.yaml': text });
    const loaded = loadService(join(folder.path, 'tidegate.yaml'));
    const problems = problemsOf(() => interpolateService(loaded, variables));
    expect(problems).toMatchObject([{ message, line, column }]);
  });
});

const problemsOf = (action: () => unknown): readonly Problem[] => {
  try {
    action();
  } catch (error) {
    if (isTidegateError(error, 'config-invalid')) return error.data?.problems as Problem[];
    throw error;
  }
  throw new Error('nothing was refused');
};

import { describe, expect, test } from 'vitest';
import type { Digest } from '../core/digest.ts';
import { canonicalize, canonicalText } from '../core/ledger/canonical.ts';
import { exampleManifest, exampleRun } from '../core/release/manifest.fixture.ts';
import { parseManifest, parseTree } from './manifest-schema.ts';

const digest: Digest = `sha256:${'a'.repeat(64)}`;
const component = { name: 'code', path: '.', digest, files: 1, bytes: 1 } as const;

const full = exampleManifest({
  components: [component, { ...component, name: 'model', path: 'model/v1' }],
  serving: exampleRun({
    install: 'make',
    env: { A: '' },
    secrets: { B: 'env:B', C: 'file:/x' },
    interpreter: { name: 'node', version: '24.0.0' },
  }),
  evaluation: {
    golden: { digest, cases: 3 },
    request: { method: 'POST', path: '/x', body: { deep: [1, null, { a: 'b' }] } },
    answer: '/a',
    positive: null,
    concurrency: 2,
    timeoutMs: 100,
  },
  overlays: { production: { env: { A: '1' }, secrets: {}, replicas: null, strategy: { canary: [0.1, 1] } } },
  lineage: { gitCommit: 'b'.repeat(40), gitDirty: true, declared: { base: 'x', n: 1, b: false } },
});

describe('a manifest from anywhere', () => {
  test('is read from its value and from its canonical bytes', () => {
    expect(parseManifest(full)).toEqual(full);
    expect(parseManifest(canonicalize(full))).toEqual(full);
    const external = exampleManifest({
      serving: {
        kind: 'external',
        address: 'http://10.0.0.5:8000',
        ready: { path: '/', timeoutMs: 1 },
        fingerprint: { path: '/v', digest },
      },
    });
    expect(parseManifest(external)).toEqual(external);
  });

  const { traffic } = exampleManifest();
  const judge = {
    address: 'https://api.example.com/v1',
    model: 'm',
    rubric: 'r',
    bar: 0.5,
    share: 0.1,
    callsAtMost: 10,
    timeoutMs: 100,
    apiKey: 'env:KEY',
  };
  const checking = (...checks: object[]) => ({ traffic: { ...traffic, checks: { share: 1, checks } } });
  const judging = (change: object) => ({ traffic: { ...traffic, judge: { ...judge, ...change } } });
  test('may keep users together by several sources, and by nothing else', () => {
    const sticky = (change: object) => ({
      traffic: { ...traffic, sticky: { by: 'claim' as const, name: 'sub', ...change } },
    });
    const given = exampleManifest(sticky({ otherwise: [{ by: 'field', name: '/user' }], unit: 'request' }));
    expect(parseManifest(given)).toEqual(given);
    for (const change of [{ by: 'ip' }, { otherwise: [] }, { otherwise: [{ by: 'field' }] }, { name: '' }])
      expect(() => parseManifest(exampleManifest(sticky(change)))).toThrow();
  });

  test('may say what is answered without asking, and what is asked together', () => {
    const cache = {
      ttlMs: 0,
      bytesAtMost: 1,
      entryBytesAtMost: 1,
      methods: ['GET' as const],
      paths: ['/a*'],
      vary: ['accept-language'],
      scope: 'key' as const,
      isDeterministicOnly: true,
      hasStreams: false,
      isCoalescing: true,
      evidenceShare: 1,
    };
    const batching = { rowsAtMost: 2, waitMs: 5, evidenceShare: 0.2 };
    const given = exampleManifest({ traffic: { ...traffic, cache, batching } });
    expect(parseManifest(given)).toEqual(given);
    for (const change of [
      { cache: { ...cache, evidenceShare: 0 } },
      { cache: { ...cache, scope: 'user' } },
      { cache: { ...cache, paths: [] } },
      { batching: { ...batching, rowsAtMost: 1 } },
      { batching: { ...batching, waitMs: 60_000 } },
    ])
      expect(() => parseManifest({ ...given, traffic: { ...traffic, ...change } })).toThrow();
  });

  test('may say which bodies are kept, and what is taken out of them', () => {
    const capture = {
      share: 0,
      hasFailed: true,
      bodyBytesAtMost: 1_024,
      keepForMs: 7_200_000,
      totalBytesAtMost: 65_536,
      headers: ['x-tag'],
      redact: { request: ['/a/*'], response: [], fields: ['name'], personalData: ['email' as const] },
    };
    const given = exampleManifest({ traffic: { ...traffic, capture } });
    expect(parseManifest(given)).toEqual(given);
    for (const change of [{ share: 2 }, { keepForMs: 0 }, { redact: {} }, { more: 1 }])
      expect(() =>
        parseManifest({ ...given, traffic: { ...traffic, capture: { ...capture, ...change } } }),
      ).toThrow();
  });

  test('may say where costs stand and what the best score is', () => {
    const given = (change: object) => exampleManifest({ traffic: { ...traffic, ...change } });
    const both = given({ cost: { pointer: '/usage/total_tokens', most: 4_000 }, score: { most: 5 } });
    expect(parseManifest(both)).toEqual(both);
    for (const wrong of [
      { cost: { pointer: 'usage', most: 1 } },
      { cost: { pointer: '/usage', most: 0 } },
      { cost: { pointer: '/usage' } },
      { score: { most: -1 } },
      { score: {} },
    ])
      expect(() => parseManifest(given(wrong))).toThrow('is not valid');
  });

  test('may carry output checks and a judge', () => {
    const checks = checking(
      { kind: 'json-schema', schema: { type: 'object', properties: { a: true } }, pointer: '/a~1b' },
      { kind: 'json-schema', schema: false },
      { kind: 'matches', pattern: 'a' },
      { kind: 'cel', expression: 'true' },
      { kind: 'http', url: 'http://127.0.0.1/x', timeoutMs: 5 },
    );
    for (const each of [checks, judging({}), judging({ apiKey: null })]) {
      const manifest = exampleManifest(each as Parameters<typeof exampleManifest>[0]);
      expect(parseManifest(canonicalize(manifest))).toEqual(manifest);
    }
  });

  const run = (change: object) => ({ serving: { ...exampleRun(), ...change } });
  const part = (change: object) => ({ components: [{ ...component, ...change }] });
  test.each<[string, object]>([
    ['an unknown member', { extra: 1 }],
    ['a schema that was never read', checking({ kind: 'json-schema', schema: 'answer.json' })],
    [
      'a schema beyond all measure',
      checking({ kind: 'json-schema', schema: { title: 'x'.repeat(262_144) } }),
    ],
    ['a pattern beyond all measure', checking({ kind: 'matches', pattern: 'x'.repeat(4_097) })],
    ['an expression beyond all measure', checking({ kind: 'cel', expression: 'é'.repeat(2_049) })],
    ['too many checks', checking(...Array(21).fill({ kind: 'matches', pattern: 'a' }))],
    ['no check', checking()],
    ['a check that runs a command', checking({ kind: 'command', command: 'sh' })],
    ['a checker that is a file', checking({ kind: 'http', url: 'file:///etc/passwd', timeoutMs: 5 })],
    ['a pointer that is none', checking({ kind: 'matches', pattern: 'a', pointer: 'a/b' })],
    ['a judge with its key in clear', judging({ apiKey: 'sk-1234' })],
    ['a judge without a limit', judging({ callsAtMost: null })],
    ['a judge that sees nobody', judging({ share: 0 })],
    ['another schema', { schema: 'tidegate.release/v2' }],
    ['a service that is a path', { service: '../x' }],
    ['no version', { version: '1.0' }],
    ['a path out of the release', part({ path: '../x' })],
    ['a path out in the middle', part({ path: 'a/../../x' })],
    ['an absolute path', part({ path: '/etc' })],
    ['a backslash', part({ path: 'a\\..\\b' })],
    ['an empty path', part({ path: '' })],
    ['a digest that is a path', part({ digest: 'sha256:../../../etc/passwd' })],
    ['an unknown component', part({ name: 'other' })],
    ['too many files', part({ files: 100_001 })],
    ['a negative size', part({ bytes: -1 })],
    ['one component twice', { components: [component, component] }],
    ['components out of order', { components: [{ ...component, name: 'model' }, component] }],
    ['a variable that is none', run({ env: { 'A=B': 'x' } })],
    ['a NUL in a variable', run({ env: { A: 'x\0y' } })],
    ['a secret by value', run({ secrets: { A: 'hunter2' } })],
    ['an empty command', run({ command: '' })],
    ['no replicas', run({ replicas: 0 })],
    [
      'a file address',
      {
        serving: {
          kind: 'external',
          address: 'file:///etc/passwd',
          ready: { path: '/', timeoutMs: 1 },
          fingerprint: null,
        },
      },
    ],
    [
      'credentials in an address',
      {
        serving: {
          kind: 'external',
          address: 'http://u:p@x',
          ready: { path: '/', timeoutMs: 1 },
          fingerprint: null,
        },
      },
    ],
    ['a commit that is none', { lineage: { gitCommit: '--upload-pack=x', gitDirty: false, declared: {} } }],
    ['half a surrogate pair', run({ command: 'a\ud800' })],
  ])('%s is refused', (_what, change) => {
    expect(() => parseManifest({ ...exampleManifest(), ...change })).toThrow(
      expect.objectContaining({ code: 'release-invalid' }),
    );
  });

  test('a name that would reach into a prototype does not get lost on the way', () => {
    const text = canonicalText(exampleManifest()).replace('"declared":{}', '"declared":{"__proto__":1}');
    expect(() => parseManifest(new TextEncoder().encode(text))).toThrow(
      expect.objectContaining({ code: 'release-invalid' }),
    );
    expect(() => parseManifest(JSON.parse(text))).toThrow(
      expect.objectContaining({ code: 'release-invalid' }),
    );
  });

  test.each([
    ['not canonical', `${canonicalText(full)} `],
    ['a member twice', canonicalText(full).replace('"schema":', '"schema":"x","schema":')],
    ['no JSON', '{'],
    ['endlessly deep', '['.repeat(100_000)],
  ])('bytes that are %s are refused', (_what, text) => {
    expect(() => parseManifest(new TextEncoder().encode(text))).toThrow(
      expect.objectContaining({ code: 'release-invalid' }),
    );
  });

  test('what is huge is not even read', () => {
    expect(() => parseManifest(new Uint8Array(1024 * 1024 + 1))).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
  });
});

describe('a file list from anywhere', () => {
  const file = (path: string) => ({ path, digest, bytes: 1, executable: false });
  const tree = (...paths: string[]) => ({ schema: 'tidegate.tree/v1', files: paths.map(file) });
  test('is read', () => {
    expect(parseTree(tree('C', 'a', 'b/c'))).toEqual(tree('C', 'a', 'b/c'));
  });
  test.each([
    ...[
      ['../x'],
      ['a/../../x'],
      ['/etc/passwd'],
      ['a\\b'],
      ['.'],
      ['a//b'],
      ['b', 'a'],
      ['a', 'a'],
      ['A', 'a'],
      ['a', 'a/b'],
    ],
    ['\0'],
  ])('%j is refused', (...paths) => {
    expect(() => parseTree(tree(...paths))).toThrow(expect.objectContaining({ code: 'release-invalid' }));
  });
  test('an unknown member is refused, as a link would be', () => {
    const linked = { schema: 'tidegate.tree/v1', files: [{ ...file('a'), link: '/etc/passwd' }] };
    expect(() => parseTree(linked)).toThrow(expect.objectContaining({ code: 'release-invalid' }));
  });
  test('a hundred thousand files are many, one more is too many', () => {
    const paths = Array.from({ length: 100_000 }, (_, i) => `f${String(i).padStart(6, '0')}`);
    expect(parseTree(canonicalize(tree(...paths))).files).toHaveLength(100_000);
    expect(() => parseTree(tree(...paths, 'g'))).toThrow(
      expect.objectContaining({ code: 'release-invalid' }),
    );
  });
});

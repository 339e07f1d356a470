import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { stringify } from 'yaml';
import { configuredEnvironments } from '../configured-environments.ts';
import { checkPolicy, readPolicy } from './check-policy.ts';
import { checkServer, readServer } from './check-server.ts';
import { loadServer } from './load-server.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const problems = (found: ReturnType<typeof checkPolicy>): string[] =>
  found.map(({ message, suggestion }) => (suggestion === undefined ? message : `${message} [${suggestion}]`));
const ofPolicy = (...metrics: unknown[]) => problems(checkPolicy(stringify({ metrics }), 'policy.yaml'));
const ofServer = (prometheus: unknown) => problems(checkServer(stringify({ prometheus }), 'server.yaml'));

const plain = { name: 'error-rate', query: 'sum(rate(errors[1m]))', max: 0.05 };
/* What authors of policies write; to JavaScript these are ordinary texts. */
const hole = (name: string): string => `\${${name}}`;

describe('the metrics of a policy', () => {
  it('come out with everything resolved', () => {
    const metrics = [
      plain,
      { name: 'p99', query: 'x', min: -1, max: 2, every: '1m', for: 1, range: '5m', reduce: 'max' },
      {
        name: 'orders',
        query: `orders{version=~"${hole('version')}"}`,
        min: 10,
        range: '90s',
        source: 'prometheus',
      },
    ];
    const { config, problems: found } = readPolicy(stringify({ metrics }), 'policy.yaml');
    expect(found).toEqual([]);
    const common = { source: 'prometheus', everyMs: 15_000, polls: 3, range: null };
    expect(config?.metrics).toEqual([
      { ...common, name: 'error-rate', query: 'sum(rate(errors[1m]))', min: null, max: 0.05 },
      {
        ...common,
        name: 'p99',
        query: 'x',
        min: -1,
        max: 2,
        everyMs: 60_000,
        polls: 1,
        range: { windowMs: 300_000, reduce: 'max' },
      },
      {
        ...common,
        name: 'orders',
        query: `orders{version=~"${hole('version')}"}`,
        min: 10,
        max: null,
        range: { windowMs: 90_000, reduce: 'mean' },
      },
    ]);
  });

  it.each<[string, object, string]>([
    ['no bound', { max: undefined }, 'a metric has a max, a min, or both'],
    ['bounds the wrong way round', { min: 1 }, 'min 1 is above max 0.05'],
    ['a percentage', { max: '5%' }, 'expected a number in the unit of the query, got "5%" [0.05]'],
    ['a bound that is no number', { max: Number.NaN }, 'expected a number in the unit of the query, got NaN'],
    [
      'a bound without end',
      { max: Number.POSITIVE_INFINITY },
      'expected a number in the unit of the query, got Infinity',
    ],
    ['too many polls', { every: '500ms' }, 'more than one poll a second is no better'],
    ['no polls', { for: 0 }, '0 is out of range: from 1 to 100'],
    ['a reduction of nothing', { reduce: 'mean' }, 'there is nothing to reduce without a range'],
    ['a reduction that is none', { range: '5m', reduce: 'min' }, '"min" is not one of last, mean, max'],
    ['another source', { source: 'graphite' }, '"graphite" is not one of prometheus'],
    ['an address', { address: 'http://10.0.0.1' }, 'unknown key "address"'],
    [
      'an unknown placeholder',
      { query: `x{v="${hole('verion')}"}` },
      `there is no placeholder ${hole('verion')}`,
    ],
    [
      'a placeholder where it could do harm',
      { query: `x{v=${hole('version')}}` },
      `${hole('version')} may stand only inside single or double quotes`,
    ],
    ['an empty query', { query: ' ' }, 'a query must not be empty'],
    ['a name that is none', { name: 'Error rate' }, '"Error rate" is not a name'],
  ])('with %s are refused', (_what, change, problem) => {
    const [first, ...more] = ofPolicy({ ...plain, ...change });
    expect(first).toContain(problem);
    expect(more).toEqual([]);
  });

  it('have names of their own', () => {
    expect(ofPolicy(plain, plain)).toEqual(['there is another metric named error-rate']);
  });

  it('are refused when a rollout starts where nobody could be asked', () => {
    using folder = scratchFolder({
      'p.yaml': stringify({ metrics: [plain] }),
      'without.yaml': stringify({ environments: [{ name: 'a', policy: 'p.yaml' }] }),
      'with.yaml': stringify({
        environments: [{ name: 'a', policy: 'p.yaml' }],
        prometheus: { address: 'http://127.0.0.1:9090' },
      }),
    });
    const policyOf = (file: string) =>
      configuredEnvironments(loadServer(`${folder.path}/${file}`).config)[0]!.policy();
    expect(() => policyOf('without.yaml')).toThrow(/nothing says where Prometheus is/);
    expect(policyOf('with.yaml').policy.metrics).toHaveLength(1);
  });
});

describe('the Prometheus of a server', () => {
  it('has an address, a reference to a token and a time-out', () => {
    const { config } = readServer(
      stringify({
        prometheus: { address: 'https://metrics.example/prefix/', token: 'env:TOKEN', timeout: '2s' },
      }),
      'x',
    );
    expect(config?.prometheus).toEqual({
      address: 'https://metrics.example/prefix',
      token: 'env:TOKEN',
      timeoutMs: 2_000,
    });
    expect(readServer('prometheus: {address: "http://127.0.0.1:9090"}', 'x').config?.prometheus).toEqual({
      address: 'http://127.0.0.1:9090',
      token: null,
      timeoutMs: 5_000,
    });
  });

  it('is refused with a token in place of its reference, which no message repeats', () => {
    const found = ofServer({ address: 'http://127.0.0.1:9090', token: 'glsa_s3cret' });
    expect(found).toEqual(['a secret is given by reference only, never by value [env:NAME or file:/path]']);
    expect(ofServer({ address: 'http://user:pass@127.0.0.1:9090' })[0]).toContain(
      'must not carry a user name',
    );
    expect(ofServer({ address: 'file:///etc/passwd' })[0]).toContain('neither http nor https');
    expect(ofServer({})[0]).toContain('"address" is missing');
  });
});

test('whatever is written as metrics, reading it never throws', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('1s', `\${version}`, '"', -1, Number.MAX_VALUE),
  );
  const key = fc.constantFrom(
    'name',
    'query',
    'max',
    'min',
    'every',
    'for',
    'range',
    'reduce',
    'source',
    'x',
  );
  fc.assert(
    fc.property(fc.array(fc.dictionary(key, value), { maxLength: 3 }), (metrics) => {
      const { config, problems: found } = readPolicy(stringify({ metrics }), 'p');
      expect(config === null).toBe(found.some(({ severity }) => severity === 'error'));
    }),
  );
});

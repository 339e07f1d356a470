import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readPolicy } from './check-policy.ts';
import { readServer } from './check-server.ts';
import { readService } from './check-service.ts';
import { jsonSchemaOf } from './json-schemas.ts';
import { INPUT } from './placeholder.ts';
import { draft07Errors } from './testing/draft07.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

/** Something as it is written together with what it must come out as. */
interface Pair<W, R = W> {
  readonly written: W;
  readonly read: R;
}

const duration: fc.Arbitrary<Pair<string, number>> = fc
  .tuple(
    fc.integer({ min: 1, max: 1_000 }),
    fc.constantFrom(['ms', 1] as const, ['s', 1_000] as const, ['m', 60_000] as const),
  )
  .map(([count, [unit, ms]]) => ({ written: `${count}${unit}`, read: count * ms }));

const percent = (least: number, most: number): fc.Arbitrary<Pair<string, number>> =>
  fc
    .integer({ min: least * 10, max: most * 10 })
    .map((tenths) => ({ written: `${tenths / 10}%`, read: tenths / 1_000 }));

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const variable = fc
  .stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/)
  .filter((text) => text !== 'PORT' && text !== 'HOST');
const line = fc
  .string({ minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() !== '' && !text.includes('\0'));
const harmless = line.filter((text) => !/[${]/.test(text));

const optional = <W, R>(
  arbitrary: fc.Arbitrary<Pair<W, R>>,
  fallback: R,
): fc.Arbitrary<Pair<W | undefined, R>> =>
  fc.option(arbitrary, { nil: undefined }).map((pair) => pair ?? { written: undefined, read: fallback });

/** Pairs of a map's keys: what is left out is not written at all. */
const mapOf = <T extends Record<string, Pair<unknown, unknown>>>(
  pairs: T,
): { written: Record<string, unknown>; read: { [K in keyof T]: T[K]['read'] } } => ({
  written: Object.fromEntries(
    Object.entries(pairs)
      .filter(([, { written }]) => written !== undefined)
      .map(([key, { written }]) => [key, written]),
  ),
  read: Object.fromEntries(Object.entries(pairs).map(([key, { read }]) => [key, read])) as {
    [K in keyof T]: T[K]['read'];
  },
});

const preset = fc
  .record({
    minimum: optional(duration, null),
    timeout: optional(duration, null),
    hold: optional(duration, null),
    holdback: optional(percent(0, 49), null),
  })
  .map(mapOf)
  .map(({ written, read }) => ({
    written,
    read: {
      minimumMs: read.minimum,
      timeoutMs: read.timeout,
      holdMs: read.hold,
      holdbackShare: read.holdback,
    },
  }));

const steps = fc
  .uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 5 })
  .map((tenths) => {
    const grown = [...tenths.toSorted((a, b) => a - b), 1_000];
    return { written: grown.map((each) => `${each / 10}%`), read: grown.map((each) => each / 1_000) };
  });

const strategy: fc.Arbitrary<Pair<unknown, unknown>> = fc.oneof(
  fc.tuple(steps, preset).map(([{ written, read }, options]) => ({
    written: { canary: { steps: written, ...options.written } },
    read: { type: 'canary', steps: read, mirrorShare: null, ...options.read },
  })),
  steps.map(({ written, read }) => ({
    written: { canary: written },
    read: {
      type: 'canary',
      steps: read,
      mirrorShare: null,
      minimumMs: null,
      timeoutMs: null,
      holdMs: null,
      holdbackShare: null,
    },
  })),
  fc.tuple(percent(1, 100), preset).map(([mirror, options]) => ({
    written: { shadow: { mirror: mirror.written, ...options.written } },
    read: { type: 'shadow', mirrorShare: mirror.read, ...options.read },
  })),
  preset.map(({ written, read }) => ({
    written: { 'all-at-once': written },
    read: { type: 'all-at-once', ...read },
  })),
  fc.tuple(steps, duration, percent(0, 49)).map(([{ written, read }, hold, holdback]) => ({
    written: {
      stages: [...written.map((weight) => ({ weight })), { hold: hold.written, holdback: holdback.written }],
    },
    read: {
      type: 'stages',
      stages: read.map((share) => ({
        name: null,
        share,
        mirrorShare: 0,
        gates: share < 1 ? [{ type: 'evidence' }] : [],
        minimumMs: null,
        timeoutMs: null,
      })),
      holdMs: hold.read,
      holdbackShare: holdback.read,
    },
  })),
);

const env = fc.dictionary(variable, harmless, { maxKeys: 4 });
const secrets = fc.dictionary(
  variable.map((text) => `S_${text}`),
  variable.map((text) => `env:${text}`),
  { maxKeys: 3 },
);

/** Block and flow style, wide and narrow: the same data has many faces. */
const style = fc.record({
  collectionStyle: fc.constantFrom('any', 'block', 'flow'),
  defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  lineWidth: fc.constantFrom(0, 40, 80),
  indent: fc.constantFrom(2, 4),
} as const);

test('any valid service comes out as it was meant, however it is laid out', () => {
  using folder = scratchFolder({ 'golden.jsonl': '{}', 'model/x': '' });
  const file = join(folder.path, 'tidegate.yaml');
  const jsonSchema = jsonSchemaOf('service');
  const service = fc.record({
    service: name,
    command: line,
    replicas: fc.integer({ min: 2, max: 1_000 }),
    env,
    secrets,
    stop: duration,
    slow: optional(duration, null),
    strategy,
    overlay: name,
    body: fc.jsonValue({ maxDepth: 2 }),
    install: optional(
      line.map((text) => ({ written: text, read: text.trim() })),
      null,
    ),
  });
  fc.assert(
    fc.property(service, style, (given, layout) => {
      // The generated body must not look like a key for the prototype, or like something to fill in.
      const body = { data: [INPUT], more: JSON.stringify(given.body) };
      const written = {
        service: given.service,
        protocol: 'openai',
        components: {
          model: './model/',
          ...(given.install.written === undefined ? {} : { code: { install: given.install.written } }),
        },
        run: {
          command: given.command,
          replicas: given.replicas,
          env: given.env,
          secrets: given.secrets,
          stop: given.stop.written,
        },
        evaluate: { golden: 'golden.jsonl', request: { body } },
        ...(given.slow.written === undefined ? {} : { traffic: { slow: given.slow.written } }),
        environments: { [given.overlay]: { strategy: given.strategy.written, env: given.env } },
      };
      expect(draft07Errors(jsonSchema, written)).toEqual([]);
      const { config, problems } = readService(stringify(written, { ...layout }), file);
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(config).toMatchObject({
        service: given.service,
        components: { model: { path: 'model' }, code: { files: null, install: given.install.read } },
        serving: { command: given.command.trim(), replicas: given.replicas, stopGraceMs: given.stop.read },
        evaluation: { request: { path: '/v1/chat/completions' } },
        traffic: { slowMs: given.slow.read },
      });
      expect(config?.evaluation).toHaveProperty('request.body', body);
      expect(config?.serving).toHaveProperty('env', given.env);
      expect(config?.serving).toHaveProperty('secrets', given.secrets);
      expect(config?.overlays).toEqual({
        [given.overlay]: { env: given.env, secrets: {}, replicas: null, strategy: given.strategy.read },
      });
    }),
    { numRuns: 150 },
  );
});

test('any valid list of environments comes out as it was meant', () => {
  const environment = fc.record({ name, strategy, processes: fc.integer({ min: 1, max: 64 }) });
  const jsonSchema = jsonSchemaOf('server');
  fc.assert(
    fc.property(
      fc.uniqueArray(environment, { minLength: 1, maxLength: 4, selector: (each) => each.name }),
      style,
      (list, layout) => {
        const written = {
          environments: list.map((each) => ({
            name: each.name,
            strategy: each.strategy.written,
            gatewayProcesses: each.processes,
          })),
        };
        expect(draft07Errors(jsonSchema, written)).toEqual([]);
        const { config, problems } = readServer(stringify(written, { ...layout }), 'tidegate.server.yaml');
        expect(problems).toEqual([]);
        expect(config?.environments).toEqual(
          list.map((each, index) => ({
            name: each.name,
            gateway: { host: '127.0.0.1', port: 7080 + index },
            gatewayProcesses: each.processes,
            transport: 'raw',
            upstreamsAllowed: [],
            strategy: each.strategy.read,
            promote: 'manual',
            policy: null,
          })),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('any valid policy comes out as it was meant', () => {
  const policy = fc.record({
    margin: percent(1, 99),
    bound: percent(1, 99),
    rollback: percent(1, 49),
    approvals: fc.nat(20),
    hold: duration,
    holdback: percent(0, 49),
    lease: duration,
  });
  const jsonSchema = jsonSchemaOf('policy');
  fc.assert(
    fc.property(policy, style, (given, layout) => {
      const written = {
        guards: { errors: { margin: given.margin.written, bound: given.bound.written }, slow: 'off' },
        alpha: { rollback: given.rollback.written },
        approvals: given.approvals,
        hold: { duration: given.hold.written, holdback: given.holdback.written },
        lease: given.lease.written,
      };
      expect(draft07Errors(jsonSchema, written)).toEqual([]);
      const { config, problems } = readPolicy(stringify(written, { ...layout }), 'policy.yaml');
      expect(problems).toEqual([]);
      expect(config?.guards[0]).toEqual({
        name: 'errors',
        marginShare: given.margin.read,
        boundShare: given.bound.read,
      });
      expect(config?.guards.map((guard) => guard.name)).toEqual([
        'errors',
        'client-errors',
        'invalid',
        'feedback',
        'judge',
        'cost',
        'score',
        'disagree',
      ]);
      expect(config).toMatchObject({
        alpha: { rollback: given.rollback.read, advance: 0.05 },
        approvals: given.approvals,
        hold: { durationMs: given.hold.read, holdbackShare: given.holdback.read },
        leaseMs: given.lease.read,
      });
    }),
    { numRuns: 100 },
  );
});

test('no text whatever makes a check throw, and every problem stands inside the text', () => {
  const piece = fc.constantFrom(
    'service',
    ': ',
    '\n',
    '  ',
    '- ',
    'a',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&x ',
    '*x',
    '!t ',
    '|',
    '>',
    '#',
    '\t',
    '%',
    '? ',
    ',',
    'run',
    'secrets',
    '---',
    '<<',
    '\r\n',
    '\uFEFF',
    '\u0000',
    '1',
    'é',
    '😀',
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  fc.assert(
    fc.property(text, (given) => {
      for (const { problems } of [
        readService(given, '/nowhere/tidegate.yaml'),
        readServer(given, 'x'),
        readPolicy(given, 'x'),
      ]) {
        const lines = given.split('\n');
        for (const { line: at, column } of problems) {
          expect(at).toBeGreaterThanOrEqual(1);
          expect(at).toBeLessThanOrEqual(lines.length);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(lines[at - 1]!.length + 2);
        }
      }
    }),
    { numRuns: 1_000, examples: [['[{}service\r\nservice']] },
  );
});

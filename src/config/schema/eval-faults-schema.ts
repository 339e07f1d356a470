import { z } from 'zod';
import { EVALUATION_DEFAULTS } from '../defaults.ts';
import { schemaProblem } from '../output-schema.ts';
import { show } from '../scalars/show.ts';
import { timeLimit } from './duration.ts';
import { choice, count, scalar, sentence } from './scalar.ts';

const { faults: usual } = EVALUATION_DEFAULTS;
const KINDS = ['timeout', 'status', 'slow-stream', 'truncated-json', 'truncated-stream', 'reset'] as const;

const upstream = () =>
  scalar<string>(
    (value) => {
      if (typeof value !== 'string' || !URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
        return { problem: `expected an address such as https://models.example.com, got ${show(value)}` };
      const { username, password, search, hash } = new URL(value);
      if (username !== '' || password !== '')
        return { problem: 'an address must not carry a user name or password' };
      return search === '' && hash === ''
        ? { value }
        : { problem: `${show(value)} is the beginning of addresses, so it has no query` };
    },
    { type: 'string', minLength: 1 },
  );

/** Anybody who reaches the proxy can call the upstream through it, so it stays on this machine. */
const listen = () =>
  scalar<{ readonly host: string; readonly port: number }>(
    (value) => {
      const [, host = '', port = ''] =
        typeof value === 'string'
          ? (/^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):(\d{1,5})$/.exec(value) ?? [])
          : [];
      const number = Number(port);
      return host === '' || number < 1 || number > 65_535
        ? { problem: `expected an address on this machine such as 127.0.0.1:9900, got ${show(value)}` }
        : { value: { host: host.replace(/[[\]]/g, ''), port: number } };
    },
    { type: 'string', minLength: 1 },
  );

const status = () => count(100, 599);

const fallback = {
  status: z
    .union([status(), z.array(status()).min(1)])
    .transform((given) => (typeof given === 'number' ? [given] : given))
    .optional()
    .describe('The HTTP status, or several of which one must come. Default: 200.'),
  within: timeLimit()
    .optional()
    .describe(`How soon all of the answer must be there. Default: ${usual.within}.`),
  contains: sentence('a text', 4_096).optional().describe('A text that the answer must hold.'),
  schema: z
    .unknown()
    .optional()
    .describe('A JSON Schema, or the path of a file with one, that the answer must keep.'),
  scores: z
    .record(
      z.string(),
      scalar<number>(
        (value) =>
          typeof value === 'number' && Number.isFinite(value)
            ? { value }
            : { problem: `expected a number, got ${show(value)}` },
        { type: 'number' },
      ),
    )
    .optional()
    .describe('The least score by the name of a scorer, such as {json_schema: 1}.'),
} as const;

const fallbackSchema = z.strictObject(fallback).superRefine((given, context) => {
  if (given.schema === undefined || typeof given.schema === 'string') return;
  const message = schemaProblem(given.schema);
  if (message !== null) context.addIssue({ code: 'custom', message, path: ['schema'], params: {} });
});

const scenarioMap = z
  .strictObject({
    fault: choice(KINDS).describe('What goes wrong between the service and its upstream.'),
    name: sentence('a name', 100).optional().describe('As reports call it. Default: made from the fault.'),
    status: status().optional().describe('With status: which. Default: 500.'),
    retryAfter: timeLimit().optional().describe('With status: what the header retry-after says.'),
    pause: timeLimit()
      .optional()
      .describe(`With slow-stream: how long before each piece. Default: ${usual.pause}.`),
    calls: count(1, 1_000)
      .optional()
      .describe('Only so many of the first calls for each case fail. Default: all.'),
    fallback: fallbackSchema.optional().describe('What must come back here; the rest is as for all.'),
  })
  .superRefine((given, context) => {
    for (const [key, kind] of [
      ['status', 'status'],
      ['retryAfter', 'status'],
      ['pause', 'slow-stream'],
    ] as const)
      if (given[key] !== undefined && given.fault !== kind)
        context.addIssue({
          code: 'custom',
          message: `belongs to the fault ${kind} only`,
          path: [key],
          params: {},
        });
  });

const scenarioWord = choice(KINDS).transform((fault) => scenarioMap.parse({ fault }));

/** `faults` in tidegate-eval.yaml. */
export const evalFaultsSchema = z
  .strictObject({
    upstream: upstream().describe(
      'Where the calls of the service really go, such as https://models.example.com.',
    ),
    listen: listen().describe('Where the service must send them instead, on this machine: 127.0.0.1:9900.'),
    cases: count(1, 1_000)
      .prefault(usual.cases)
      .describe('How many cases of the golden set each scenario asks about, from its beginning.'),
    fallback: fallbackSchema.prefault({}).describe('What must come back, whatever goes wrong.'),
    scenarios: z
      .array(z.union([scenarioWord, scenarioMap]))
      .min(1)
      .max(50)
      .describe(`What goes wrong, one after the other: ${KINDS.join(', ')}, or a map with more.`),
  })
  .describe('Asks the service while its own upstream fails; require: [fallback] lets it decide.');

export type EvalFaultsInput = z.output<typeof evalFaultsSchema>;
export type EvalFallbackInput = z.output<typeof fallbackSchema>;

import { z } from 'zod';
import type { OutputCheck, OutputChecks } from '../../core/release/manifest.ts';
import { CHECK_LIMITS } from '../check-limits.ts';
import { checkProblem } from '../check-problem.ts';
import { SERVICE_DEFAULTS } from '../defaults.ts';
import { schemaProblem } from '../output-schema.ts';
import type { Reading } from '../scalars/reading.ts';
import { show } from '../scalars/show.ts';
import { timeLimit } from './duration.ts';
import { jsonPointer } from './evaluate-schema.ts';
import { outboundAddress } from './outbound-address.ts';
import { scalar } from './scalar.ts';
import { percent } from './share.ts';

const defaults = SERVICE_DEFAULTS.traffic.checks;

/** An inline schema is compiled here; a path is followed by `checkOutputSchemas`, which knows the folder. */
const readSchema = (value: unknown): Reading<unknown> => {
  if (typeof value === 'string') {
    if (value.trim() === '') return { problem: 'expected a JSON Schema or the path of one' };
    if (value.startsWith('/')) return { problem: `${show(value)} must be relative to this file` };
    return { value: value.trim() };
  }
  const problem = schemaProblem(value);
  return problem === null ? { value } : { problem };
};

/** A text in a small language. Spaces at its ends may mean something, so they stay. */
const readSource =
  (what: string, most: number, problemOf: (text: string) => string | null) =>
  (value: unknown): Reading<string> => {
    if (typeof value !== 'string' || value === '') return { problem: `expected ${what}, got ${show(value)}` };
    if (Buffer.byteLength(value) > most) return { problem: `${what} is longer than ${most} bytes` };
    const problem = problemOf(value);
    return problem === null ? { value } : { problem: `not ${what}: ${problem}` };
  };

const readPattern = readSource('a regular expression', CHECK_LIMITS.patternBytes, checkProblem.pattern);
const readExpression = readSource('a CEL expression', CHECK_LIMITS.expressionBytes, checkProblem.expression);

const KINDS = ['schema', 'matches', 'cel', 'http'] as const;

const check = z
  .strictObject({
    schema: scalar<unknown>(readSchema, { type: ['string', 'object', 'boolean'] })
      .optional()
      .describe(
        'JSON Schema (2020-12, or draft-07 by its $schema), inline or a path beside this file; it is sealed with the release. `format` is not checked.',
      ),
    matches: scalar<string>(readPattern, { type: 'string', minLength: 1 })
      .optional()
      .describe('Regular expression (JavaScript, Unicode) that must be found in the text of the answer.'),
    cel: scalar<string>(readExpression, { type: 'string', minLength: 1 })
      .optional()
      .describe('CEL expression over answer, status and text that must be true.'),
    http: outboundAddress()
      .optional()
      .describe('Gets the answer as a POST; says {"valid": true} or {"valid": false}.'),
    at: jsonPointer()
      .optional()
      .describe('With schema or matches: the part of the JSON answer that is looked at. Default: all of it.'),
    timeout: timeLimit().optional().describe(`With http. Default: ${defaults.timeout}.`),
  })
  .meta({ oneOf: KINDS.map((kind) => ({ required: [kind] })) })
  .superRefine((given, context) => {
    const complain = (message: string, path: string[] = []): void =>
      context.addIssue({ code: 'custom', message, path });
    const kinds = KINDS.filter((kind) => given[kind] !== undefined);
    if (kinds.length !== 1) complain(`a check has exactly one of ${KINDS.join(', ')}`);
    const [kind] = kinds;
    if (given.at !== undefined && kind !== 'schema' && kind !== 'matches')
      complain('at goes with schema or matches', ['at']);
    if (given.timeout !== undefined && kind !== 'http') complain('timeout goes with http', ['timeout']);
  })
  .transform(({ schema, matches, cel, http, at, timeout }): OutputCheck => {
    const part = at === undefined || at === '' ? {} : { pointer: at };
    if (schema !== undefined) return { kind: 'json-schema', schema, ...part };
    if (matches !== undefined)
      return { kind: 'matches', pattern: matches, ...(at !== undefined && { pointer: at }) };
    if (cel !== undefined) return { kind: 'cel', expression: cel };
    return { kind: 'http', url: http!, timeoutMs: timeout ?? timeLimit().parse(defaults.timeout) };
  });

/** `traffic.checks`: what an answer must satisfy. */
export const checksSchema = z
  .strictObject({
    share: percent({ least: CHECK_LIMITS.leastShare })
      .prefault(defaults.share)
      .describe('Part of the answers that is checked, drawn before anything is known of them.'),
    all: z
      .array(check)
      .min(1, 'there is no check in it')
      .max(CHECK_LIMITS.checks, `at most ${CHECK_LIMITS.checks} checks`)
      .describe('Answers 2xx that fail one of these are invalid.'),
  })
  .transform(({ share, all }): OutputChecks => ({ share, checks: all }))
  .optional()
  .describe('Checks of answers, for the guard `invalid`. Left out: none.');

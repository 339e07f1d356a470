import { z } from 'zod';
import type { Audience } from '../../core/audience/audience.ts';
import { readToken, TOKEN_PATTERN } from '../scalars/token.ts';
import { scalar, sentence } from './scalar.ts';
import { percent } from './share.ts';

const headerName = () =>
  scalar<string>(readToken, { type: 'string', pattern: TOKEN_PATTERN, maxLength: 128 }).transform((name) =>
    name.toLowerCase(),
  );
const values = (what: string) =>
  z.array(sentence(what, 1_024)).min(1, 'at least one is needed').max(1_000, 'at most 1000');

const header = z
  .strictObject({
    name: headerName().describe('Of the header.'),
    in: values('a value').optional().describe('One of these, exactly as it is sent.'),
    equals: sentence('a value', 1_024).optional().describe('This, exactly as it is sent.'),
    prefix: sentence('a value', 1_024).optional().describe('Begins so.'),
  })
  .meta({ oneOf: [{ required: ['in'] }, { required: ['equals'] }, { required: ['prefix'] }] })
  .transform(({ name, in: list, equals, prefix }, context): Audience => {
    if ([list, equals, prefix].filter((given) => given !== undefined).length !== 1) {
      context.addIssue({ code: 'custom', message: 'a header is compared by one of in, equals and prefix' });
      return z.NEVER;
    }
    if (prefix !== undefined) return { type: 'header-prefix', name, prefix };
    return { type: 'header', name, values: list ?? [equals!] };
  });

const claim = z
  .strictObject({
    name: sentence('a claim', 256).describe('By name, or a JSON pointer into the token.'),
    in: values('a value').describe('The claim is, or among others has, one of these.'),
  })
  .transform(({ name, in: list }): Audience => ({ type: 'claim', name, values: list }));

const country = z
  .strictObject({
    header: headerName().describe(
      'In which something in front of the gateway puts the country, such as cf-ipcountry.',
    ),
    in: z
      .array(
        sentence('a country', 2).refine((code) => /^[A-Za-z]{2}$/.test(code), 'a country is two letters'),
      )
      .min(1, 'at least one is needed')
      .describe('Two-letter codes.'),
  })
  .transform(
    ({ header: name, in: list }): Audience => ({
      type: 'header',
      name,
      values: list.map((code) => code.toUpperCase()),
    }),
  );

const keys = z.union([
  values('a key id').transform((ids): Audience => ({ type: 'keys', ids })),
  z
    .strictObject({ percent: percent({ least: 1e-6 }).describe('Of all callers with a key or a token.') })
    .transform(({ percent: share }): Audience => ({ type: 'key-share', share })),
]);

const leaves = {
  header: header.optional().describe('Requests with this header.'),
  claim: claim.optional().describe('Callers whose token says so.'),
  country: country.optional().describe('A header with a country in it.'),
  keys: keys.optional().describe('Callers by key id, or a part of all callers.'),
} as const;

type Given = { readonly [Kind in keyof typeof leaves]?: Audience | undefined } & {
  readonly all?: readonly Audience[] | undefined;
  readonly any?: readonly Audience[] | undefined;
  readonly not?: Audience | undefined;
};

/** Several keys in one map: all of them must hold. */
const read = (given: Given, context: z.RefinementCtx): Audience => {
  const found: Audience[] = [given.header, given.claim, given.country, given.keys].filter(
    (one) => one !== undefined,
  );
  if (given.all !== undefined) found.push(...given.all);
  if (given.any !== undefined) found.push({ type: 'any', of: given.any });
  if (given.not !== undefined) found.push({ type: 'not', of: given.not });
  if (found.length === 1) return found[0]!;
  if (found.length > 1) return { type: 'all', of: found };
  const message = 'an audience names at least one of header, claim, country, keys, all, any, not';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
};

// One level below the first, spelled out: a schema that contains itself is more than editors' schemas, and people, need.
const part = z.strictObject(leaves).meta({ minProperties: 1 }).transform(read);
const parts = z.array(part).min(1, 'at least one is needed').max(32, 'at most 32').optional();

/** `audience` of a stage or strategy. */
export const audienceSchema = z
  .strictObject({
    ...leaves,
    all: parts.describe('Who is in all of these.'),
    any: parts.describe('Who is in one of these.'),
    not: part.optional().describe('Everybody who is not in this.'),
  })
  .meta({ minProperties: 1 })
  .transform(read)
  .optional()
  .describe(
    'Whose requests may get the candidate, and are evidence; of several keys all must hold. All other requests are stable’s. Default: everybody’s.',
  );

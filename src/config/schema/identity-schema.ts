import { z } from 'zod';
import {
  type Identity,
  type KeySource,
  TOKEN_ALGORITHMS,
  type TrustedIssuer,
} from '../../core/routing/trusted-issuer.ts';
import { IDENTITY_DEFAULTS } from '../defaults.ts';
import { readIssuerAddress } from '../scalars/issuer-address.ts';
import { NAME_PATTERN, readName } from '../scalars/name.ts';
import { duration } from './duration.ts';
import { choice, flag, scalar, sentence } from './scalar.ts';

const claim = () => sentence('a claim', 256);
const address = () => scalar<string>(readIssuerAddress, { type: 'string', pattern: '^https?://' });
const name = () => scalar<string>(readName, { type: 'string', pattern: NAME_PATTERN });

/** One, or a list of them. */
const oneOrMore = (what: string) =>
  z
    .union([
      sentence(what, 1_024).transform((one) => [one]),
      z.array(sentence(what, 1_024)).min(1, 'at least one is needed').max(64, 'at most 64'),
    ])
    .transform((list): readonly string[] => list);

const keys = z.union([
  choice(['discovery']).transform((): KeySource => ({ from: 'discovery' })),
  z
    .strictObject({ url: address().describe('Address of a JSON Web Key Set.') })
    .transform(({ url }): KeySource => ({ from: 'url', url })),
  z
    .strictObject({
      file: sentence('a path', 1_024).describe(
        'JSON Web Key Set, relative to this file; read again when it changes.',
      ),
    })
    .transform(({ file }): KeySource => ({ from: 'file', path: file })),
]);

const issuer = z.strictObject({
  name: name().describe('Such as corp. The key ids of its callers begin with it: corp:alice.'),
  issuer: address().describe('Exactly what its tokens say in `iss`.'),
  audience: oneOrMore('an audience').describe('What its tokens say in `aud`: one of these.'),
  keys: keys
    .prefault('discovery')
    .describe('Its public keys: discovery asks the issuer’s own OpenID configuration where they are.'),
  algorithms: z
    .array(choice(TOKEN_ALGORITHMS))
    .min(1, 'at least one algorithm')
    .prefault([...IDENTITY_DEFAULTS.algorithms])
    .describe('Signatures that count. None with a shared secret can.'),
  clockTolerance: duration({ mostMs: 600_000 })
    .prefault(IDENTITY_DEFAULTS.clockTolerance)
    .describe('By how much its clock may differ from ours.'),
  requires: z
    .record(claim(), oneOrMore('a value'))
    .prefault({})
    .describe('Claims that a token must hold, with values of which one is enough. Otherwise: 403.'),
  key: claim()
    .prefault(IDENTITY_DEFAULTS.key)
    .describe(
      'Claim that says who is asking: a name, or a JSON pointer. Limits and logs know the caller by it.',
    ),
  tier: claim().optional().describe('Claim that names a tier of the limits. Default: none does.'),
  forward: flag()
    .prefault(false)
    .describe('The service behind gets the token too. Default: it stays at the gateway.'),
  environments: z
    .array(name())
    .min(1, 'at least one environment')
    .optional()
    .describe('Where its tokens count. Default: in all environments.'),
});

type Issuer = z.output<typeof issuer>;

/** `gateway.identity`: whose tokens let requests in, beside API keys. */
export const identitySchema = z
  .strictObject({
    required: flag()
      .prefault(true)
      .describe('Nobody comes in without a key or a token, on loopback neither.'),
    issuers: z
      .array(issuer)
      .min(1, 'at least one issuer')
      .max(16, 'at most 16 issuers')
      .superRefine((list, context) => {
        list.forEach((each, index) => {
          const earlier = list.slice(0, index);
          for (const key of ['name', 'issuer'] as const)
            if (earlier.some((other) => other[key] === each[key]))
              context.addIssue({
                code: 'custom',
                message: `there is another issuer with this ${key === 'name' ? 'name' : 'address'}`,
                path: [index, key],
              });
        });
      })
      .describe('Who makes the tokens.'),
  })
  .describe('Tokens (JWT, OpenID Connect) that let requests in, beside API keys.');

export type IdentityInput = z.output<typeof identitySchema>;

/** What of it holds in one environment; null: nothing does. */
export const identityIn = (given: IdentityInput | undefined, environment: string): Identity | null => {
  const issuers = (given?.issuers ?? [])
    .filter(({ environments }) => environments === undefined || environments.includes(environment))
    .map(trusted);
  return issuers.length === 0 ? null : { isRequired: given!.required, issuers };
};

const trusted = (each: Issuer): TrustedIssuer => ({
  name: each.name,
  issuer: each.issuer,
  audience: each.audience,
  keys: each.keys,
  algorithms: each.algorithms,
  toleranceMs: each.clockTolerance,
  requires: each.requires,
  keyClaim: each.key,
  tierClaim: each.tier ?? null,
  isForwarded: each.forward,
});

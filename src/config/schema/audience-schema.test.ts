import { describe, expect, it } from 'vitest';
import { audienceSchema } from './audience-schema.ts';
import { stagesSchema } from './stages-schema.ts';
import { strategySchema } from './strategy-schema.ts';

const beta = { type: 'header', name: 'x-ring', values: ['beta'] };

describe('audience', () => {
  it.each<[unknown, unknown]>([
    [{ header: { name: 'X-Ring', equals: 'beta' } }, beta],
    [{ header: { name: 'x-app', prefix: '2.' } }, { type: 'header-prefix', name: 'x-app', prefix: '2.' }],
    [{ claim: { name: 'groups', in: ['ml'] } }, { type: 'claim', name: 'groups', values: ['ml'] }],
    [
      { country: { header: 'CF-IPCountry', in: ['de'] } },
      { type: 'header', name: 'cf-ipcountry', values: ['DE'] },
    ],
    [{ keys: ['batch', 'corp:alice'] }, { type: 'keys', ids: ['batch', 'corp:alice'] }],
    [{ keys: { percent: '20%' } }, { type: 'key-share', share: 0.2 }],
    [
      { any: [{ keys: ['a'] }, { header: { name: 'x-ring', in: ['beta'] } }] },
      {
        type: 'any',
        of: [{ type: 'keys', ids: ['a'] }, beta],
      },
    ],
    [
      { all: [{ keys: ['a', 'b'] }, { header: { name: 'x-ring', in: ['beta'] } }] },
      { type: 'all', of: [{ type: 'keys', ids: ['a', 'b'] }, beta] },
    ],
    [
      {
        header: { name: 'x-ring', equals: 'beta' },
        not: { country: { header: 'x-geo', in: ['DE'] }, keys: ['a'] },
      },
      {
        type: 'all',
        of: [
          beta,
          {
            type: 'not',
            of: {
              type: 'all',
              of: [
                { type: 'header', name: 'x-geo', values: ['DE'] },
                { type: 'keys', ids: ['a'] },
              ],
            },
          },
        ],
      },
    ],
    [{ not: { keys: ['a'] } }, { type: 'not', of: { type: 'keys', ids: ['a'] } }],
  ])('%j', (written, audience) => {
    expect(audienceSchema.parse(written)).toEqual(audience);
  });

  it.each<[unknown, string]>([
    [{}, 'an audience names at least one of'],
    [{ any: [{}] }, 'an audience names at least one of'],
    [{ any: [{ not: { keys: ['a'] } }] }, 'not'],
    [{ header: { name: 'x' } }, 'one of in, equals and prefix'],
    [{ header: { name: 'x', equals: 'y', prefix: 'z' } }, 'one of in, equals and prefix'],
    [{ country: { header: 'x', in: ['Germany'] } }, 'longer than 2'],
    [{ keys: { percent: '0%' } }, ''],
    [{ any: [] }, ''],
  ])('refuses %j', (written, message) => {
    const { success, error } = audienceSchema.safeParse(written);
    expect(success).toBe(false);
    expect(error?.message).toContain(message);
  });
});

describe('the audience of a strategy', () => {
  const ring = (...values: string[]) => ({ header: { name: 'x-ring', in: values } });

  it('belongs to its stages', () => {
    expect(
      strategySchema.parse({ canary: { steps: ['10%', '100%'], audience: ring('beta') } }),
    ).toMatchObject({
      audience: beta,
    });
    expect(strategySchema.parse({ shadow: { audience: ring('beta') } })).toMatchObject({ audience: beta });
    expect(strategySchema.parse('canary')).not.toHaveProperty('audience');
  });

  it.each<[string, unknown[], string | null]>([
    [
      'one that grows',
      [
        { weight: '5%', audience: ring('beta') },
        { weight: '5%', audience: ring('beta', 'staff') },
        { weight: '20%' },
      ],
      null,
    ],
    [
      'one that shrinks',
      [
        { weight: '5%', audience: ring('beta', 'staff') },
        { weight: '20%', audience: ring('beta') },
      ],
      'leaves out somebody',
    ],
    [
      'everybody, then some',
      [{ mirror: '5%' }, { weight: '20%', audience: ring('beta') }],
      'leaves out somebody',
    ],
    [
      'another',
      [
        { weight: '5%', audience: ring('beta') },
        { weight: '20%', audience: { keys: ['a'] } },
      ],
      'leaves out somebody',
    ],
    [
      'one for nobody',
      [{ gates: ['approval'], audience: ring('beta') }],
      'nothing that an audience could get',
    ],
  ])('in stages: %s', (_, stages, message) => {
    const { error } = stagesSchema.safeParse([...stages, { weight: '100%' }]);
    if (message === null) expect(error).toBeUndefined();
    else expect(error?.message).toContain(message);
  });

  it('is not the last one’s', () => {
    const { error } = stagesSchema.safeParse([{ weight: '100%', audience: ring('beta') }]);
    expect(error?.message).toContain('for everybody');
  });
});

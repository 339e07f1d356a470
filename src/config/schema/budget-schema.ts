import { z } from 'zod';
import type { Budget, BudgetScope } from '../../core/limits/budget.ts';
import { isTimeZone } from '../../core/limits/period.ts';
import { LIMITS_DEFAULTS } from '../defaults.ts';
import { NAME_PATTERN, readName } from '../scalars/name.ts';
import { show } from '../scalars/show.ts';
import { choice, count, scalar, sentence } from './scalar.ts';
import { usd } from './usd.ts';

const name = () => scalar<string>(readName, { type: 'string', pattern: NAME_PATTERN });

const zone = scalar<string>(
  (value) =>
    typeof value === 'string' && isTimeZone(value)
      ? { value }
      : { problem: `${show(value)} is no time zone such as UTC or Europe/Berlin` },
  { type: 'string' },
);

const scope = z
  .strictObject({
    service: name().optional().describe('Name of a service.'),
    key: sentence('the name of an API key', 200).optional().describe('Name of an API key.'),
    tier: name().optional().describe('Name of a tier of this file.'),
  })
  .refine(
    (of) => Object.values(of).filter((part) => part !== undefined).length === 1,
    'one of service, key and tier is needed',
  )
  .transform(({ service, key, tier }): BudgetScope => {
    if (service !== undefined) return { scope: 'service', name: service };
    return key === undefined ? { scope: 'tier', name: tier ?? '' } : { scope: 'key', name: key };
  });

/** One budget of a limits file. */
export const budgetSchema = z
  .strictObject({
    name: name().describe('Its account goes under this name: another name is another account.'),
    of: scope
      .optional()
      .describe(
        'A service, an API key, or a tier, whose keys share it. Default: everything in the environment.',
      ),
    usd: usd().optional().describe('US dollars, as far as prices are known.'),
    tokens: count(1, Number.MAX_SAFE_INTEGER).optional().describe('Tokens, in and out together.'),
    per: choice(['day', 'month']).describe('Of the calendar.'),
    zone: zone.prefault(LIMITS_DEFAULTS.budget.zone).describe('Where days and months begin.'),
    atPercent: z
      .array(count(1, 1_000))
      .min(1)
      .max(10)
      .prefault([...LIMITS_DEFAULTS.budget.atPercent])
      .describe('When so much is spent it is told: in the log of the gateway, and in a header of answers.'),
    action: choice(['warn', 'stop'])
      .prefault(LIMITS_DEFAULTS.budget.action)
      .describe('stop: at 100 % nothing more is let in until the period ends (402).'),
  })
  .superRefine(({ usd: dollars, tokens }, context) => {
    const issue = (message: string): void =>
      context.addIssue({ code: 'custom', message, path: [], params: {} });
    if ((dollars === undefined) === (tokens === undefined)) issue('one of usd and tokens is needed');
    else if (dollars === 0) issue('a budget of nothing lets nothing in');
  })
  .transform(
    ({ name: called, of = { scope: 'total' }, usd: dollars, tokens, atPercent, ...rest }): Budget => ({
      name: called,
      of,
      unit: dollars === undefined ? 'tokens' : 'usd',
      amount: dollars ?? tokens ?? 0,
      atPercent: [...new Set(atPercent)].sort((a, b) => a - b),
      ...rest,
    }),
  );

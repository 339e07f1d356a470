import { z } from 'zod';
import { NANOS_A_DOLLAR } from '../../core/cost/price.ts';
import type { Limit, Limits, Rate, Tier } from '../../core/limits/limits.ts';
import { LIMITS_DEFAULTS } from '../defaults.ts';
import { NAME_PATTERN, readName } from '../scalars/name.ts';
import { RATE_PATTERN, readRate, type WrittenRate } from '../scalars/rate.ts';
import { budgetSchema } from './budget-schema.ts';
import { duration } from './duration.ts';
import { count, quantity, scalar } from './scalar.ts';

const written = () => scalar<WrittenRate>(readRate, { type: 'string', pattern: RATE_PATTERN });
const name = () => scalar<string>(readName, { type: 'string', pattern: NAME_PATTERN });

/** A tenth of the stated time's worth may come at once, and one always. */
const rateOf = ({ count: many, perMs }: WrittenRate, burst?: number): Rate => ({
  perSecond: (many / perMs) * 1000,
  burst: burst ?? Math.max(1, many / 10),
});

/** Dollars as nano-dollars, of which there is no least. */
const moneyOf = ({ count: many, perMs }: WrittenRate, burst?: number): Rate => ({
  perSecond: ((many * NANOS_A_DOLLAR) / perMs) * 1000,
  burst: (burst ?? many / 10) * NANOS_A_DOLLAR,
});

const rate = (what: string, as = rateOf, least = ', at least one') =>
  z
    .union([
      written().transform((value): Rate => as(value)),
      z
        .strictObject({
          rate: written().describe('On average, such as 600/m.'),
          burst: quantity({ zero: false })
            .optional()
            .describe(`At once, after a quiet while. Default: a tenth of the number in \`rate\`${least}.`),
        })
        .transform(({ rate: own, burst }): Rate => as(own, burst)),
    ])
    .optional()
    .describe(what);

const bounds = {
  requests: rate('Requests, such as 600/m. Over it: 429, with the time after which to try again.'),
  tokens: rate(
    'Tokens that answers use, as the service reports them. After too many, requests wait for the debt to be paid.',
  ),
  usd: rate(
    'US dollars that answers cost, such as 10/h, as far as their price is known. A debt is waited for as with tokens.',
    moneyOf,
    '',
  ),
  inFlight: count(1, 1_000_000)
    .optional()
    .describe('Requests being worked on at once. Further ones wait in the queue, then get 503.'),
} as const;

type Bounds = { requests?: Rate; tokens?: Rate; usd?: Rate; inFlight?: number };

const limitOf = ({
  inFlight,
  requests,
  tokens,
  usd,
}: { [K in keyof Bounds]?: Bounds[K] | undefined }): Limit => ({
  rates: {
    ...(requests && { requests }),
    ...(tokens && { tokens }),
    ...(usd && { usd }),
  },
  inFlight: inFlight ?? null,
});

const limit = () => z.strictObject(bounds).transform(limitOf);

const tier = z
  .strictObject({
    name: name().describe('Such as gold.'),
    keys: z.array(name()).min(1).max(10_000).describe('Names of API keys. Each of them has the whole limit.'),
    ...bounds,
  })
  .transform(({ name: called, keys, ...own }): Tier => ({ name: called, keys, limit: limitOf(own) }));

/** The file that `tidegate limits` takes. */
export const limitsSchema = z
  .strictObject({
    total: limit().prefault({}).describe('Of everything that comes in.'),
    services: z.record(z.string(), limit()).prefault({}).describe('By name of the service.'),
    keys: limit()
      .prefault({})
      .describe('Of each API key that no tier names, and of all requests without a key together.'),
    tiers: z.array(tier).max(100).prefault([]).describe('Keys with limits of their own.'),
    budgets: z
      .array(budgetSchema)
      .max(200)
      .prefault([])
      .describe('What may be spent in a day or a month. They survive restarts.'),
    queue: z
      .strictObject({
        waiting: count(0, 10_000)
          .prefault(LIMITS_DEFAULTS.queue.waiting)
          .describe('Requests that may wait, in each gateway process, for one in flight to end.'),
        for: duration({ mostMs: 60_000 })
          .prefault(LIMITS_DEFAULTS.queue.for)
          .describe('How long each may wait.'),
      })
      .prefault({})
      .describe('Where requests over `inFlight` wait.'),
  })
  .superRefine(({ services, tiers, budgets }, context) => {
    const issue = (message: string, path: (string | number)[]): void =>
      context.addIssue({ code: 'custom', message, path, params: {} });
    for (const service of Object.keys(services)) {
      const reading = readName(service);
      if ('problem' in reading) issue(reading.problem, ['services', service]);
    }
    const names = new Set<string>();
    const users = new Map<string, string>();
    tiers.forEach((own, index) => {
      if (names.has(own.name)) issue(`there is another tier named ${own.name}`, ['tiers', index, 'name']);
      names.add(own.name);
      own.keys.forEach((key, at) => {
        const other = users.get(key);
        if (other !== undefined)
          issue(`${key} is in the tier ${other} already`, ['tiers', index, 'keys', at]);
        users.set(key, own.name);
      });
    });
    const accounts = new Set<string>();
    budgets.forEach(({ name: called, of }, index) => {
      if (accounts.has(called)) issue(`there is another budget named ${called}`, ['budgets', index, 'name']);
      accounts.add(called);
      // Of a budget that is refused there may be none.
      if (of?.scope === 'tier' && !names.has(of.name))
        issue(`there is no tier named ${of.name}`, ['budgets', index, 'of', 'tier']);
    });
  })
  .transform(
    ({ total, services, keys, tiers, budgets, queue }): Limits => ({
      total,
      services,
      keys,
      tiers,
      ...(budgets.length > 0 && { budgets }),
      queue: { waiting: queue.waiting, waitMs: queue.for },
    }),
  );

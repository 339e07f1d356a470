import { z } from 'zod';
import { EVALUATION_DEFAULTS } from '../defaults.ts';
import { show } from '../scalars/show.ts';
import { duration } from './duration.ts';
import { choice, count, scalar } from './scalar.ts';

const { load: usual } = EVALUATION_DEFAULTS;
const MOST_RATE = 20_000;
/** More are not kept in memory. */
const MOST_REQUESTS = 5_000_000;

const RATE = /^(\d+(?:\.\d+)?)\s*\/\s*(s|min|h)$/;
const PER_SECOND: Readonly<Record<string, number>> = { s: 1, min: 1 / 60, h: 1 / 3_600 };

/** `20/s`, `90/min`; comes out as requests a second. */
const rate = () =>
  scalar<number>(
    (value) => {
      const [, amount, unit = ''] = typeof value === 'string' ? (RATE.exec(value.trim()) ?? []) : [];
      if (amount === undefined)
        return {
          problem: `expected a rate such as 20/s or 90/min, got ${show(value)}`,
          ...(typeof value === 'number' ? { suggestion: `${value}/s` } : {}),
        };
      const perSecond = Number(amount) * PER_SECOND[unit]!;
      if (!(perSecond > 0 && perSecond <= MOST_RATE))
        return { problem: `${show(value)} is out of range: above 0 and at most ${MOST_RATE}/s` };
      return { value: perSecond };
    },
    { type: 'string', pattern: RATE.source },
  );

const time = () => duration({ zero: false, mostMs: 86_400_000 });
const warmUp = (usually: string) =>
  duration({ mostMs: 3_600_000 }).prefault(usually).describe('Sent before, and not measured.');

const open = z
  .strictObject({
    rate: rate().describe('Such as 20/s: how often a request is sent, whatever became of those before.'),
    arrivals: choice(['poisson', 'fixed'])
      .prefault(usual.arrivals)
      .describe('poisson: as with many callers, at random; fixed: at even distances.'),
    duration: time().prefault(usual.openDuration).describe('How long is measured.'),
    warmUp: warmUp(usual.warmUp),
    underWay: count(1, 10_000)
      .prefault(usual.underWay)
      .describe('A request that would be one more under way is not sent, and counts as an error.'),
  })
  .refine((given) => given.rate * ((given.duration + given.warmUp) / 1_000) <= MOST_REQUESTS, {
    message: `that is more than ${MOST_REQUESTS} requests`,
    path: ['rate'],
  });

const closed = z.strictObject({
  callers: z
    .union([count(1, 1_024), z.array(count(1, 1_024)).min(1).max(20)])
    .transform((given) => (typeof given === 'number' ? [given] : given))
    .describe('How many ask one request after the other: a number, or several that are tried in turn.'),
  duration: time().prefault(usual.closedDuration).describe('How long is measured, for each number.'),
  warmUp: warmUp(usual.warmUp),
});

/** `load` in tidegate-eval.yaml. */
export const evalLoadSchema = z
  .strictObject({
    open: open.optional().describe('Requests at a rate: what latencies are at that load.'),
    closed: closed.optional().describe('So many callers: how much the target gets through.'),
  })
  .superRefine(({ open, closed }, context) => {
    if (open === undefined && closed === undefined)
      context.addIssue({ code: 'custom', message: 'needs open, closed, or both', params: {} });
    if (closed !== undefined && new Set(closed.callers).size < closed.callers.length)
      context.addIssue({
        code: 'custom',
        message: 'names a number twice',
        path: ['closed', 'callers'],
        params: {},
      });
  })
  .describe('A stage that puts the target under load after the cases; its figures can be required.');

export type EvalLoadInput = z.output<typeof evalLoadSchema>;

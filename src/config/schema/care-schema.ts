import { z } from 'zod';
import type { UpstreamCare } from '../../core/routing/table.ts';
import { SERVICE_DEFAULTS } from '../defaults.ts';
import { NAME_PATTERN, readName } from '../scalars/name.ts';
import { duration, timeLimit } from './duration.ts';
import { choice, count, scalar } from './scalar.ts';
import { percent } from './share.ts';

const defaults = SERVICE_DEFAULTS.traffic;
const DAY_MS = 86_400_000;

const ejection = z
  .union([
    choice(['off']),
    z.strictObject({
      consecutive: count(1, 1_000)
        .prefault(defaults.ejection.consecutive)
        .describe('After so many failures in a row.'),
      share: percent({ least: 0.01 })
        .prefault(defaults.ejection.share)
        .describe('Or when this part of its answers within the window failed, of 20 at least.'),
      window: timeLimit().prefault(defaults.ejection.window).describe('How far back failures count.'),
      rest: timeLimit()
        .prefault(defaults.ejection.rest)
        .describe('How long it gets nothing, the first time; then one request tries it.'),
    }),
  ])
  .prefault({})
  .describe(
    'When an address of a release with several is passed over: never more than half of them. off switches it off.',
  );

/** The part of `traffic` that is about addresses that fail. */
export const carePart = {
  retries: percent()
    .prefault(defaults.retries)
    .describe(
      'Requests that may be sent to a second address when the first fails before its first byte, as a share of all. Only what may be repeated is. 0% switches it off.',
    ),
  ejection,
  slowStart: duration({ mostMs: DAY_MS })
    .prefault(defaults.slowStart)
    .describe('How long a fresh address gets less than its share; 0s switches it off.'),
  fallback: z
    .array(scalar<string>(readName, { type: 'string', pattern: NAME_PATTERN }))
    .max(8, 'at most 8 services')
    .optional()
    .describe(
      'Services of the same environment and protocol whose stable release answers, in this order, when this one fails before its first byte. Only what may be repeated is sent on.',
    ),
};

interface Given {
  readonly retries: number;
  readonly ejection:
    | 'off'
    | {
        readonly consecutive: number;
        readonly share: number;
        readonly window: number;
        readonly rest: number;
      };
  readonly slowStart: number;
}

export const careOf = ({ retries, ejection: given, slowStart }: Given): UpstreamCare => ({
  retryShare: retries,
  ejection:
    given === 'off'
      ? null
      : {
          consecutive: given.consecutive,
          failedShare: given.share,
          windowMs: given.window,
          restMs: given.rest,
        },
  slowStartMs: slowStart,
});

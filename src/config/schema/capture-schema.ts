import { z } from 'zod';
import type { CapturePolicy } from '../../core/capture/capture-policy.ts';
import { mayStoreHeader } from '../../core/capture/sensitive-name.ts';
import { PERSONAL_DATA } from '../../core/scorers/safety/personal-data.ts';
import { SERVICE_DEFAULTS } from '../defaults.ts';
import { show } from '../scalars/show.ts';
import { readSize, SIZE_PATTERN } from '../scalars/size.ts';
import { readToken, TOKEN_PATTERN } from '../scalars/token.ts';
import { duration } from './duration.ts';
import { jsonPointer } from './evaluate-schema.ts';
import { choice, flag, scalar, sentence } from './scalar.ts';
import { percent } from './share.ts';

const defaults = SERVICE_DEFAULTS.traffic.capture;
const HOUR_MS = 3_600_000;

const size = (least: number, most: number) =>
  scalar<number>(
    (value) => {
      const reading = readSize(value);
      if ('problem' in reading || (reading.value >= least && reading.value <= most)) return reading;
      return { problem: `${value} is out of range: from ${least}B to ${most}B` };
    },
    { type: 'string', pattern: SIZE_PATTERN },
  );

const header = () =>
  scalar<string>(
    (value) => {
      const reading = readToken(value);
      if ('problem' in reading) return reading;
      if (mayStoreHeader(reading.value)) return { value: reading.value.toLowerCase() };
      return {
        problem: `${show(value)} may hold a credential, or say who somebody is, and is never stored`,
      };
    },
    { type: 'string', pattern: TOKEN_PATTERN, maxLength: 128 },
  );

const places = (what: string) =>
  z
    .array(jsonPointer())
    .max(64, 'at most 64 pointers')
    .prefault([])
    .describe(`JSON pointers into ${what}; a step * stands for any one member or index.`);

/** `traffic.capture`: which bodies are kept. */
export const captureSchema = z
  .strictObject({
    share: percent()
      .prefault(defaults.share)
      .describe('Part of the requests whose bodies are kept, drawn by the invocation’s id.'),
    failed: flag()
      .prefault(false)
      .describe('Requests that fail are kept as well: 5xx, broken off, or answered by another release.'),
    maxBytes: size(256, 256 * 1024)
      .prefault(defaults.maxBytes)
      .describe('Of each body. Longer ones are left out, of streams the beginning is kept.'),
    keepFor: duration({ mostMs: 366 * 24 * HOUR_MS })
      .prefault(defaults.keepFor)
      .describe('Then they are deleted; at least 2h.'),
    maxTotal: size(64 * 1024, 2 ** 40)
      .prefault(defaults.maxTotal)
      .describe('Of all that is kept of the service in an environment; beyond it the oldest go.'),
    headers: z
      .array(header())
      .max(32, 'at most 32 headers')
      .prefault([])
      .describe('Headers that are kept, beside content-type. None that may hold a credential can be named.'),
    redact: z
      .strictObject({
        request: places('requests'),
        response: places('answers'),
        fields: z
          .array(sentence('the name of a member', 128))
          .max(64, 'at most 64 names')
          .prefault([])
          .describe('Members whose values go wherever they stand. Credentials always go.'),
        personalData: z
          .array(choice(PERSONAL_DATA))
          .max(PERSONAL_DATA.length)
          .prefault([...PERSONAL_DATA])
          .describe('Kinds that are taken out of every text. Default: all.'),
      })
      .prefault({})
      .describe('What is taken out before anything is written, beside credentials.'),
  })
  .superRefine(({ share, failed, keepFor }, context) => {
    const complain = (message: string, path: string): void =>
      context.addIssue({ code: 'custom', message, path: [path] });
    if (share === 0 && !failed) complain('a share of 0 without failed: true keeps nothing', 'share');
    if (keepFor < 2 * HOUR_MS) complain('nothing is kept for less than 2h', 'keepFor');
  })
  .transform(
    (given): CapturePolicy => ({
      share: given.share,
      hasFailed: given.failed,
      bodyBytesAtMost: given.maxBytes,
      keepForMs: given.keepFor,
      totalBytesAtMost: given.maxTotal,
      headers: given.headers,
      redact: given.redact,
    }),
  )
  .optional()
  .describe('Bodies of requests and answers that are kept, redacted. Left out: none.');

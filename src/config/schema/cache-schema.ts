import { z } from 'zod';
import type { CachePolicy } from '../../core/routing/cache-policy.ts';
import { SERVICE_DEFAULTS } from '../defaults.ts';
import type { Reading } from '../scalars/reading.ts';
import { show } from '../scalars/show.ts';
import { readSize, SIZE_PATTERN } from '../scalars/size.ts';
import { readToken, TOKEN_PATTERN } from '../scalars/token.ts';
import { duration } from './duration.ts';
import { choice, flag, scalar } from './scalar.ts';
import { percent } from './share.ts';

const defaults = SERVICE_DEFAULTS.traffic.cache;
const DAY_MS = 86_400_000;
const PATHS_PATTERN = '^/[^?#*\\s]*\\*?$';

const readPaths = (value: unknown): Reading<string> =>
  typeof value === 'string' && value.length <= 2_048 && /^\/[^?#*\s]*\*?$/.test(value)
    ? { value }
    : {
        problem: `${show(value)} is not a path such as /predict, or the beginning of paths such as /v1/*`,
      };

const size = (least: number) =>
  scalar<number>(
    (value) => {
      const reading = readSize(value);
      if ('problem' in reading || reading.value >= least) return reading;
      return { problem: `${value} is too little: at least ${least}B` };
    },
    { type: 'string', pattern: SIZE_PATTERN },
  );

const token = () => scalar<string>(readToken, { type: 'string', pattern: TOKEN_PATTERN, maxLength: 128 });

/** `traffic.cache`: what may be answered without asking the release again. */
export const cacheSchema = z
  .strictObject({
    ttl: duration({ mostMs: DAY_MS })
      .prefault(defaults.ttl)
      .describe('How long an answer is given again at most; a release may ask for less. 0s keeps none.'),
    maxBytes: size(64 * 1024)
      .prefault(defaults.maxBytes)
      .describe('Of all kept answers together, in each gateway process. The ones unused longest go first.'),
    maxEntryBytes: size(1024).prefault(defaults.maxEntryBytes).describe('Larger answers are not kept.'),
    methods: z
      .array(choice(['GET', 'POST']))
      .min(1)
      .max(2)
      .prefault([...defaults.methods])
      .describe('For protocol http. A POST is only kept where `paths` names its path.'),
    paths: z
      .array(scalar<string>(readPaths, { type: 'string', pattern: PATHS_PATTERN, maxLength: 2_048 }))
      .min(1)
      .max(64, 'at most 64 paths')
      .optional()
      .describe('Without query; a `*` at the end stands for anything. Default: what the protocol is for.'),
    vary: z
      .array(token())
      .max(32, 'at most 32 headers')
      .optional()
      .describe(
        'Headers of requests that answers depend on, beside credentials, cookies and what is said about content. Default: every header that travels on.',
      ),
    scope: choice(['key', 'shared'])
      .prefault(defaults.scope)
      .describe('Whether callers with different API keys may get the same kept answer.'),
    when: choice(['deterministic', 'always'])
      .prefault(defaults.when)
      .describe('For protocol openai: only requests with temperature 0 or a seed, and embeddings; or any.'),
    streams: flag()
      .prefault(false)
      .describe('Streamed answers too; they come again as the same bytes, at once.'),
    coalesce: flag()
      .prefault(false)
      .describe('A request waits for the answer to the same request where one is under way.'),
    evidence: percent({ least: 0.001 })
      .prefault(defaults.evidence)
      .describe(
        'While a candidate is on the routes: the part of the requests that goes past the cache and is evidence. The rest is none.',
      ),
  })
  .superRefine(({ ttl, coalesce, maxBytes, maxEntryBytes }, context) => {
    if (ttl === 0 && !coalesce)
      context.addIssue({
        code: 'custom',
        message: 'a cache that keeps nothing and shares nothing does nothing',
        path: ['ttl'],
      });
    if (maxEntryBytes > maxBytes)
      context.addIssue({
        code: 'custom',
        message: 'must not be more than maxBytes',
        path: ['maxEntryBytes'],
      });
  })
  .transform(
    (given): CachePolicy => ({
      ttlMs: given.ttl,
      bytesAtMost: given.maxBytes,
      entryBytesAtMost: given.maxEntryBytes,
      methods: given.methods,
      ...(given.paths !== undefined && { paths: given.paths }),
      ...(given.vary !== undefined && { vary: given.vary.map((name) => name.toLowerCase()) }),
      scope: given.scope,
      isDeterministicOnly: given.when === 'deterministic',
      hasStreams: given.streams,
      isCoalescing: given.coalesce,
      evidenceShare: given.evidence,
    }),
  )
  .optional()
  .describe('What may be answered without asking the release. Left out: nothing.');

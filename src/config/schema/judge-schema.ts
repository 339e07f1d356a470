import { z } from 'zod';
import type { JudgeSpec } from '../../core/release/manifest.ts';
import { CHECK_LIMITS } from '../check-limits.ts';
import { SERVICE_DEFAULTS } from '../defaults.ts';
import { readSecretReference, SECRET_PATTERN } from '../scalars/secret-reference.ts';
import { timeLimit } from './duration.ts';
import { outboundAddress } from './outbound-address.ts';
import { count, scalar, sentence } from './scalar.ts';
import { percent, probability } from './share.ts';

const defaults = SERVICE_DEFAULTS.traffic.judge;

/** `traffic.judge`: a model that scores a sample of the answers. */
export const judgeSchema = z
  .strictObject({
    address: outboundAddress().describe('OpenAI-compatible API, such as https://api.example.com/v1.'),
    model: sentence('the name of a model', 256).describe('As that API knows it.'),
    rubric: sentence('a rubric', CHECK_LIMITS.rubricCharacters).describe('What a good answer is, in words.'),
    bar: probability().prefault(defaults.bar).describe('Answers that score below it are bad.'),
    share: percent({ least: CHECK_LIMITS.leastShare })
      .prefault(defaults.share)
      .describe('Part of the answers that is judged, drawn before anything is known of them.'),
    calls: count(1, CHECK_LIMITS.callsAtMost)
      .prefault(defaults.calls)
      .describe('At most so many for one rollout and gateway process; then the guard sees nothing more.'),
    timeout: timeLimit().prefault(defaults.timeout).describe('For one call.'),
    apiKey: scalar<string>(readSecretReference, { type: 'string', pattern: SECRET_PATTERN })
      .optional()
      .describe('Reference such as file:/path, resolved by the gateway. Left out: none is sent.'),
  })
  .transform(
    ({ address, model, rubric, bar, share, calls, timeout, apiKey }): JudgeSpec => ({
      address,
      model,
      rubric,
      bar,
      share,
      callsAtMost: calls,
      timeoutMs: timeout,
      apiKey: apiKey ?? null,
    }),
  )
  .optional()
  .describe('Scores answers with a model, for the guard `judge`. Left out: none.');

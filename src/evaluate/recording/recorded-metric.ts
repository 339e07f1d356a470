import type { ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { digestOf } from '../golden/canonical-json.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import type { Scored } from '../scoring/scored.ts';
import type { Recording } from './open-recording.ts';
import { notRecorded } from './recorded-source.ts';

/** Scorers of these kinds work here; any other calls somebody. */
const LOCAL: ReadonlySet<string> = new Set([
  'registry',
  'json-schema',
  'command',
  'module',
  'local-embedding',
]);

export const callsSomebody = ({ how }: ScorerSpec): boolean => !LOCAL.has(how.kind);

/**
 * A scorer that calls somebody, with a recording before it: what was scored once is not asked for again. Answers that are the same are
 * told apart by their order. Failures are not recorded. Without `mayCall`, a score that is not there is a refusal.
 */
export const recordedMetric = (metric: OpenMetric, recording: Recording, mayCall: boolean): OpenMetric => {
  const times = new Map<string, number>();
  return {
    ...metric,
    async score(one, output, signal, beside) {
      const { name, signature } = metric.measured;
      const { id, input, expected, tags, metadata } = one;
      const digest = digestOf({
        score: [name, signature],
        case: { id, input, expected, tags, metadata },
        output,
        beside: beside ?? null,
      });
      const time = times.get(digest) ?? 0;
      times.set(digest, time + 1);
      const kept = (await recording.get(digest, time)) as Scored | null;
      if (kept !== null) return kept;
      if (!mayCall) throw notRecorded(recording, [`${JSON.stringify(id)} (no score of ${name})`], 1);
      const scored = await metric.score(one, output, signal, beside);
      if (scored.kind === 'score') await recording.put(digest, time, id, scored);
      return scored;
    },
  };
};

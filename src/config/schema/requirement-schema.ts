import { z } from 'zod';
import type { MetricName, RequirementSpec } from '../../core/evaluation/requirement.ts';
import { DURATION_PATTERN, readDuration } from '../scalars/duration.ts';
import type { Reading } from '../scalars/reading.ts';
import { PERCENT_PATTERN, readShare } from '../scalars/share.ts';
import { choice, type IssueNotes, scalar } from './scalar.ts';

type Kind = 'share, higher is better' | 'share, lower is better' | 'latency';

const METRICS: Readonly<Record<MetricName, Kind>> = {
  accuracy: 'share, higher is better',
  precision: 'share, higher is better',
  recall: 'share, higher is better',
  f1: 'share, higher is better',
  error_rate: 'share, lower is better',
  latency_p50_ms: 'latency',
  latency_p95_ms: 'latency',
  latency_p99_ms: 'latency',
};

const names = Object.keys(METRICS) as MetricName[];

/** Which unit a bound has depends on the metric beside it, so it is read only once that is known. */
const bound = () =>
  scalar<string | number>(
    (value) =>
      typeof value === 'string' || typeof value === 'number'
        ? { value }
        : { problem: 'expected a number, a percentage or a duration' },
    {
      anyOf: [
        { type: 'number', minimum: 0 },
        { type: 'string', pattern: PERCENT_PATTERN },
        { type: 'string', pattern: DURATION_PATTERN },
      ],
    },
  );

const readBound = (kind: Kind, value: string | number): Reading<number> => {
  if (kind !== 'latency') return readShare(value);
  if (typeof value === 'string') return readDuration(value);
  return value >= 0 ? { value } : { problem: `${value} is out of range: a latency is at least 0 ms` };
};

/** One line of `require`: a metric and exactly one bound. */
export const requirementSchema = z
  .strictObject({
    metric: choice(names).describe('What is measured on the golden set.'),
    min: bound().optional().describe('At least so much (accuracy, precision, recall, f1): 95% or 0.95.'),
    max: bound()
      .optional()
      .describe('At most so much: a share for error_rate, milliseconds or a duration for latencies.'),
    notWorseBy: bound()
      .optional()
      .describe('At most so much worse than stable on the same cases. Does not apply to a first release.'),
  })
  .meta({ oneOf: [{ required: ['min'] }, { required: ['max'] }, { required: ['notWorseBy'] }] })
  .transform((given, context): RequirementSpec => {
    const complain = (message: string, path: string[], suggestion?: string): never => {
      const notes: IssueNotes = suggestion === undefined ? {} : { suggestion };
      context.addIssue({ code: 'custom', message, path, params: { ...notes } });
      return z.NEVER;
    };
    const kind = METRICS[given.metric];
    const bounds = (['min', 'max', 'notWorseBy'] as const).filter((key) => given[key] !== undefined);
    const [key] = bounds;
    if (key === undefined || bounds.length > 1)
      return complain('a requirement has exactly one of min, max, notWorseBy', []);
    const wrongSide = kind === 'share, higher is better' ? 'max' : 'min';
    if (key === wrongSide) {
      const right = key === 'max' ? 'min' : 'max';
      return complain(
        `${given.metric} is better when ${key === 'max' ? 'higher' : 'lower'}, so ${key} bounds nothing`,
        [key],
        right,
      );
    }
    const reading = readBound(kind, given[key]!);
    if ('problem' in reading) return complain(reading.problem, [key], reading.suggestion);
    return { metric: given.metric, [key]: reading.value };
  });

import { z } from 'zod';
import type { RunRequirement } from '../../core/evaluation/run/evaluation-plan.ts';
import { DURATION_PATTERN, readDuration } from '../scalars/duration.ts';
import { PERCENT_PATTERN, readShare } from '../scalars/share.ts';
import { show } from '../scalars/show.ts';
import { flag, scalar, sentence } from './scalar.ts';

/** `90%` is 0.9, `800ms` is 800; a bare number is in the unit of the metric. */
export interface WrittenBound {
  readonly value: number;
  readonly text: string;
  readonly unit: 'share' | 'duration' | 'plain';
}

const bound = () =>
  scalar<WrittenBound>(
    (given) => {
      if (typeof given === 'number' && Number.isFinite(given))
        return { value: { value: given, text: `${given}`, unit: 'plain' } };
      if (typeof given !== 'string')
        return { problem: `expected a number, a percentage or a duration, got ${show(given)}` };
      const isShare = given.trim().endsWith('%');
      const reading = isShare ? readShare(given.trim()) : readDuration(given);
      if ('problem' in reading) return reading;
      return { value: { value: reading.value, text: given.trim(), unit: isShare ? 'share' : 'duration' } };
    },
    {
      anyOf: [
        { type: 'number' },
        { type: 'string', pattern: PERCENT_PATTERN },
        { type: 'string', pattern: DURATION_PATTERN },
      ],
    },
  );

/** One line of `require` in tidegate-eval.yaml. */
export const evalRequirementSchema = z
  .strictObject({
    metric: sentence('a metric', 63).describe(
      'Name of a scorer above, or error_rate, latency, first_token, tokens, cost.',
    ),
    min: bound().optional().describe('At least so much: 90%, or a number in the unit of the metric.'),
    max: bound().optional().describe('At most so much: 5%, 800ms, or a number in the unit of the metric.'),
    notWorseBy: bound()
      .optional()
      .describe('At most so much worse than the baseline on the same cases. 0 means: not worse at all.'),
    slice: sentence('a tag', 400).optional().describe('Only cases with this tag.'),
    worstSlice: flag().prefault(false).describe('Of each tag by itself: the worst of them must hold.'),
    percentile: scalar<number>(
      (value) =>
        typeof value === 'number' && value > 0 && value < 100
          ? { value }
          : { problem: `expected a number between 0 and 100, got ${show(value)}` },
      { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 100 },
    )
      .optional()
      .describe('Of latency, first_token, tokens or cost: which percentile, such as 95. Default: the mean.'),
    leastKappa: scalar<number>(
      (value) =>
        typeof value === 'number' && value > 0 && value < 1
          ? { value }
          : { problem: `expected a number between 0 and 1, got ${show(value)}` },
      { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    )
      .optional()
      .describe(
        'Of a judge: the run is refused unless the lower bound of Cohen’s kappa in its calibration is at least this.',
      ),
  })
  .meta({ oneOf: [{ required: ['min'] }, { required: ['max'] }, { required: ['notWorseBy'] }] })
  .transform((given, context): RunRequirement & { readonly unit: WrittenBound['unit'] } => {
    const complain = (message: string, path: string[]): never => {
      context.addIssue({ code: 'custom', message, path, params: {} });
      return z.NEVER;
    };
    const kinds = (['min', 'max', 'notWorseBy'] as const).filter((key) => given[key] !== undefined);
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1)
      return complain('a requirement has exactly one of min, max, notWorseBy', []);
    if (given.worstSlice && given.slice !== undefined)
      return complain('one slice, or the worst of all: not both', ['worstSlice']);
    const { value, text, unit } = given[kind]!;
    if (kind === 'notWorseBy' && value < 0) return complain('a margin is at least 0', [kind]);
    const where = given.worstSlice
      ? ' on the worst slice'
      : given.slice === undefined
        ? ''
        : ` on ${given.slice}`;
    const what = given.percentile === undefined ? given.metric : `${given.metric} p${given.percentile}`;
    const says = { min: 'at least', max: 'at most', notWorseBy: 'not worse than the baseline by more than' }[
      kind
    ];
    return {
      text: `${what}${where} ${says} ${text}${given.leastKappa === undefined ? '' : `, kappa at least ${given.leastKappa}`}`,
      metric: given.metric,
      slice: given.worstSlice
        ? { kind: 'worst' }
        : given.slice === undefined
          ? { kind: 'all' }
          : { kind: 'tag', tag: given.slice },
      percentile: given.percentile ?? null,
      bound: { kind, value },
      ...(given.leastKappa === undefined ? {} : { leastKappa: given.leastKappa }),
      unit,
    };
  });

import { z } from 'zod';
import type { MetricPlan } from '../../core/metrics/metric-plan.ts';
import { QUERY_FACTS, queryProblem } from '../../core/metrics/query-template.ts';
import { METRIC_DEFAULTS } from '../defaults.ts';
import { NAME_PATTERN, readName } from '../scalars/name.ts';
import { show } from '../scalars/show.ts';
import { duration } from './duration.ts';
import { choice, count, scalar, sentence } from './scalar.ts';

const DAY_MS = 86_400_000;

const placeholders = QUERY_FACTS.map((fact) => `\${${fact}}`).join(', ');

/** A bound in the unit of the query, which nobody here knows. */
const bound = () =>
  scalar<number>(
    (value) => {
      if (typeof value === 'number' && Number.isFinite(value)) return { value };
      const problem = `expected a number in the unit of the query, got ${show(value)}`;
      const percent = typeof value === 'string' ? /^([0-9.]+)\s*%$/.exec(value)?.[1] : undefined;
      return percent === undefined ? { problem } : { problem, suggestion: String(Number(percent) / 100) };
    },
    { type: 'number' },
  );

/** One line of `metrics`: a query and what its value must be. */
export const metricSchema = z
  .strictObject({
    name: scalar<string>(readName, { type: 'string', pattern: NAME_PATTERN }).describe(
      'What it is called in sentences and records.',
    ),
    query: sentence('a query', 4_096).describe(
      `PromQL that yields one series. Inside quotes, ${placeholders} are filled in; track is candidate or shadow.`,
    ),
    max: bound().optional().describe('At most so much. There must be a max, a min, or both.'),
    min: bound().optional().describe('At least so much.'),
    every: duration({ zero: false, mostMs: DAY_MS })
      .prefault(METRIC_DEFAULTS.every)
      .describe('Time between two polls, at least 1s.'),
    for: count(1, 100)
      .prefault(METRIC_DEFAULTS.for)
      .describe(
        'Polls in a row: so many outside the bound end the rollout, so many inside it let a stage be left.',
      ),
    range: duration({ zero: false, mostMs: DAY_MS })
      .optional()
      .describe(
        'Asks for the values of so long a time instead of the present one. They may be from before the stage.',
      ),
    reduce: choice(['last', 'mean', 'max'])
      .optional()
      .describe(`How the values of the range become one. Default: ${METRIC_DEFAULTS.reduce}.`),
    source: choice(['prometheus'])
      .prefault(METRIC_DEFAULTS.source)
      .describe('Who is asked; tidegate.server.yaml says where that is.'),
  })
  .meta({ anyOf: [{ required: ['min'] }, { required: ['max'] }] })
  .transform((given, context): MetricPlan => {
    const complain = (message: string, path: string[]): void =>
      void context.addIssue({ code: 'custom', message, path });
    const { name, source, query, min = null, max = null } = given;
    const wrong = queryProblem(query);
    if (wrong !== null) complain(wrong, ['query']);
    if (min === null && max === null) complain('a metric has a max, a min, or both', []);
    if (min !== null && max !== null && min > max) complain(`min ${min} is above max ${max}`, ['min']);
    if (given.every < 1_000) complain('more than one poll a second is no better', ['every']);
    if (given.range !== undefined && given.range < 1_000) complain('a range is at least 1s', ['range']);
    if (given.reduce !== undefined && given.range === undefined)
      complain('there is nothing to reduce without a range', ['reduce']);
    const reduce = given.reduce ?? METRIC_DEFAULTS.reduce;
    const range = given.range === undefined ? null : { windowMs: given.range, reduce };
    return { name, source, query, range, min, max, everyMs: given.every, polls: given.for };
  });

/** The list of a policy; names are unique, for everything else speaks of a metric by its name. */
export const metricsSchema = z
  .array(metricSchema)
  .max(20, 'at most 20 metrics')
  .superRefine((list, context) => {
    list.forEach(({ name }, index) => {
      if (list.findIndex((other) => other.name === name) < index)
        context.addIssue({
          code: 'custom',
          message: `there is another metric named ${name}`,
          path: [index, 'name'],
        });
    });
  })
  .prefault([])
  .describe(
    'Numbers that a Prometheus measures, with fixed bounds. A value outside its bound takes the candidate back, silence holds it. Slower than the guards, and without their promise of how often it is wrong.',
  );

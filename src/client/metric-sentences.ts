import type { MetricProblem } from '../core/metrics/metric-answer.ts';
import type { MetricPlan } from '../core/metrics/metric-plan.ts';
import type { MetricPoll, MetricReading } from '../core/metrics/metric-reading.ts';
import type { WaitingMetric } from '../core/rollout/waiting-metric.ts';
import { duration } from './figures.ts';

/** Words about outside metrics; the rest of the sentences about a rollout is in `sentences.ts`. */

/** A value of unknown unit, in up to six digits. */
export const metricValue = (value: number): string => String(Number(value.toPrecision(6)));

/** `at most 0.1`, `at least 2`, `from 2 to 5`. */
export const boundOf = ({
  min,
  max,
}: {
  readonly min: number | null;
  readonly max: number | null;
}): string => {
  if (min === null) return max === null ? 'without a bound' : `at most ${metricValue(max)}`;
  return max === null ? `at least ${metricValue(min)}` : `from ${metricValue(min)} to ${metricValue(max)}`;
};

/** What a stage waits for, as the words after "waits for". */
export const missingMetric = (waiting: WaitingMetric): string => {
  const { metric, reason, good, needed, value, detail } = waiting;
  switch (reason) {
    case 'no-poll':
      return `the first answer about metric ${metric} in this stage`;
    case 'too-few-polls':
      return `metric ${metric} to stay ${boundOf(waiting)}, ${good} of ${needed} polls so far`;
    case 'out-of-bound':
      return `metric ${metric} to be ${boundOf(waiting)}, it is ${value === null ? 'not' : metricValue(value)} now`;
    default:
      return `a usable answer about metric ${metric}, ${metricProblem({ problem: reason, detail })}`;
  }
};

/** What was wrong with an answer, as the words after "a metric". */
export const metricProblem = (given: {
  readonly problem: MetricProblem;
  readonly detail: string | null;
}): string => `${problemWords[given.problem]}${given.detail === null ? '' : ` (${given.detail})`}`;

const problemWords: Readonly<Record<MetricProblem, string>> = {
  unconfigured: 'whose source is not set up',
  unreachable: 'whose source cannot be reached',
  timeout: 'whose source does not answer in time',
  refused: 'whose source does not let us ask',
  'query-failed': 'whose query fails',
  'not-understood': 'whose source answers with something else',
  'too-large': 'whose answer is too large',
  partial: 'whose answer is incomplete or doubtful',
  'no-series': 'whose query finds no series',
  'many-series': 'whose query finds more than one series',
  'not-a-number': 'which is not a number',
  infinite: 'which is infinite',
  stale: 'whose series has ended',
};

/** Why a metric ended a rollout. */
export const brokenMetric = (reading: MetricReading): string => {
  const values = reading.polls.flatMap((poll) => (poll.kind === 'value' ? [metricValue(poll.value)] : []));
  const row = values.length === 1 ? 'in the newest poll' : `in ${values.length} polls in a row`;
  return `metric ${reading.metric}: ${values.join(', ')} ${row}, ${boundOf(reading)} is allowed (rule: ${reading.rule})`;
};

/** What a metric was when it let a stage be left. */
export const passedMetric = ({ metric, polls }: MetricReading): string => {
  const newest = polls.at(-1);
  return newest?.kind === 'value' ? `${metric} ${metricValue(newest.value)}` : metric;
};

/** The newest poll in a few words: `0.02`, `no answer: unreachable`, `not asked yet`. */
export const newestPoll = ({ polls }: { readonly polls: readonly MetricPoll[] }): string => {
  const newest = polls.at(-1);
  if (newest === undefined) return 'not asked yet';
  return newest.kind === 'value' ? metricValue(newest.value) : `no value: ${newest.problem}`;
};

/** How a metric stands toward both decisions, in a few words. */
export const metricStanding = ({ broken, passed, bad, good, needed }: MetricReading): string => {
  if (broken) return 'broken';
  if (passed) return 'passed';
  return bad > 0
    ? `${bad} of ${needed} polls toward rollback`
    : `${good} of ${needed} polls toward moving on`;
};

/** What a plan holds a metric to. */
export const metricDemand = (metric: MetricPlan): string =>
  `${metric.name} (${boundOf(metric)}, ${metric.polls} polls in a row decide, every ${duration(metric.everyMs)}; rule: threshold)`;

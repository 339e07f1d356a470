import type { ExplainedMetric } from '../api/schemas/explanation.ts';
import { duration, plural } from './figures.ts';
import { boundOf, metricProblem, metricStanding, metricValue, missingMetric } from './metric-sentences.ts';

/** Sentences about one outside metric of a rollout. Each figure in them is one of the value's. */
export const metricSentences = (
  { plan, reading, waiting }: ExplainedMetric,
  isEnded: boolean,
  nowMs: number,
): string[] => {
  const { source, query, range, everyMs, polls } = plan;
  const window = range === null ? '' : `, ${reduced[range.reduce]} of the last ${duration(range.windowMs)}`;
  const said = [
    `Every ${duration(everyMs)} ${sources[source]} is asked: ${query}${window}.`,
    `Allowed is ${boundOf(plan)}. ${plural(polls, 'value')} in a row outside that ${polls === 1 ? 'ends' : 'end'} the rollout, and as many inside it, all of one stage, let the stage be left. It is a threshold: nothing limits how often chance breaks it.`,
    newest(reading, isEnded, nowMs),
  ];
  if (reading !== null) said.push(`Verdict: ${metricStanding(reading)}.`);
  if (waiting !== null) said.push(`The stage waits for ${missingMetric(waiting)}.`);
  return said;
};

const sources = { prometheus: 'Prometheus' } as const;

const reduced = { last: 'the newest', mean: 'the mean', max: 'the highest' } as const;

const newest = (reading: ExplainedMetric['reading'], isEnded: boolean, nowMs: number): string => {
  if (reading === null)
    return isEnded ? 'Nothing that was decided names a value of it.' : 'Nobody has asked yet.';
  const poll = reading.polls.at(-1);
  if (poll === undefined) return 'Nobody has asked yet.';
  const when = isEnded
    ? `at ${new Date(poll.atMs).toISOString()}, when it was recorded`
    : `${duration(nowMs - poll.atMs)} ago`;
  return poll.kind === 'value'
    ? `The last value was ${metricValue(poll.value)}, ${when}.`
    : `The last answer, ${when}, was about a metric ${metricProblem(poll)}. That breaks the row, and passes nothing.`;
};

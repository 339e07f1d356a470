import { valueAnswer } from './metric-answer.ts';
import type { MetricPlan } from './metric-plan.ts';
import type { MetricPoll, MetricReading, MetricWaitingFor } from './metric-reading.ts';

/**
 * What a metric says in a stage. A row is of polls, so a problem interrupts it: silence proves nothing, neither that the
 * candidate is bad nor that it is good.
 * @param polls in the order they were asked for, at least the newest `plan.polls`
 */
export const readMetric = (plan: MetricPlan, polls: readonly MetricPoll[], stage: number): MetricReading => {
  const bad = rowOf(polls, (poll) => standing(plan, poll) === 'bad');
  const good = rowOf(polls, (poll) => poll.stage === stage && standing(plan, poll) === 'good');
  const passed = good >= plan.polls;
  return {
    metric: plan.name,
    rule: 'threshold',
    min: plan.min,
    max: plan.max,
    needed: plan.polls,
    polls: polls.slice(-plan.polls),
    bad: Math.min(bad, plan.polls),
    good: Math.min(good, plan.polls),
    broken: bad >= plan.polls,
    passed,
    ...(passed ? {} : { waitingFor: waitingFor(plan, polls.at(-1), stage) }),
  };
};

/** The polls to remember after one more. */
export const withPoll = (
  plan: MetricPlan,
  polls: readonly MetricPoll[],
  poll: MetricPoll,
): readonly MetricPoll[] => [...polls, poll].slice(-plan.polls);

type Standing = 'good' | 'bad' | 'unknown';

const standing = ({ min, max }: MetricPlan, poll: MetricPoll): Standing => {
  if (poll.kind === 'problem' || valueAnswer(poll.value).kind === 'problem') return 'unknown';
  // Without any bound nothing could ever break, so nothing may pass either.
  if (min === null && max === null) return 'unknown';
  const isBad = (max !== null && poll.value > max) || (min !== null && poll.value < min);
  return isBad ? 'bad' : 'good';
};

const rowOf = (polls: readonly MetricPoll[], belongs: (poll: MetricPoll) => boolean): number => {
  const breaks = polls.findLastIndex((poll) => !belongs(poll));
  return polls.length - 1 - breaks;
};

const waitingFor = (plan: MetricPlan, newest: MetricPoll | undefined, stage: number): MetricWaitingFor => {
  if (newest === undefined) return 'no-poll';
  if (newest.kind === 'problem') return newest.problem;
  const answer = valueAnswer(newest.value);
  if (answer.kind === 'problem') return answer.problem;
  if (standing(plan, newest) === 'bad') return 'out-of-bound';
  return newest.stage === stage ? 'too-few-polls' : 'no-poll';
};

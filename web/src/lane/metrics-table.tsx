import type { ReactElement } from 'react';
import { boundOf, metricStanding, metricValue, missingMetric } from '../../../src/client/metric-sentences.ts';
import type { MetricReading, RolloutView } from '../api/shapes.ts';
import { Ago } from '../parts/moment.tsx';
import { ScrollRegion } from '../parts/scroll-region.tsx';

interface Metrics {
  readonly readings: readonly MetricReading[];
  /** The running rollout, where they are of one: then also what is asked, when, and what is waited for. */
  readonly rollout?: RolloutView;
}

/** Outside metrics with their newest answers, oldest first. */
export const MetricsTable = ({ readings, rollout }: Metrics): ReactElement => (
  <ScrollRegion label="Readings of outside metrics">
    <table>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Newest polls</th>
          <th scope="col">Asked</th>
          <th scope="col">Allowed</th>
          <th scope="col">Rule: threshold</th>
        </tr>
      </thead>
      <tbody>
        {readings.map((reading) => (
          <tr key={reading.metric}>
            <th scope="row">
              {reading.metric}
              {rollout !== undefined && <code className="metric-query">{queryOf(rollout, reading)}</code>}
            </th>
            <td>{newestPolls(reading)}</td>
            <td>{reading.polls.length === 0 ? '–' : <Ago atMs={reading.polls.at(-1)!.atMs} />}</td>
            <td>{boundOf(reading)}</td>
            <td>
              {metricStanding(reading)}
              {rollout !== undefined && <Waiting rollout={rollout} metric={reading.metric} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollRegion>
);

const queryOf = ({ order }: RolloutView, { metric }: MetricReading): string =>
  order.plan.metrics?.find(({ name }) => name === metric)?.query ?? '';

/** Why it does not let the stage be left, where that is what the stage waits for. */
const Waiting = (props: { rollout: RolloutView; metric: string }): ReactElement | null => {
  const { verdict } = props.rollout;
  const waiting = verdict.kind === 'hold' ? verdict.waitingFor : [];
  const [mine] = waiting.flatMap((one) => (one.on === 'metric' && one.metric === props.metric ? [one] : []));
  return mine === undefined ? null : <span className="metric-waits">waits for {missingMetric(mine)}</span>;
};

const SHOWN_POLLS = 5;

const newestPolls = ({ polls }: MetricReading): string => {
  if (polls.length === 0) return 'not asked yet';
  const newest = polls
    .slice(-SHOWN_POLLS)
    .map((poll) => (poll.kind === 'value' ? metricValue(poll.value) : poll.problem));
  return [...(polls.length > SHOWN_POLLS ? ['…'] : []), ...newest].join(', ');
};

import type { ReactElement } from 'react';
import { boundOf, metricStanding, metricValue } from '../../../src/client/metric-sentences.ts';
import type { MetricReading } from '../api/shapes.ts';
import { ScrollRegion } from '../parts/scroll-region.tsx';

/** Outside metrics with their newest answers, oldest first. */
export const MetricsTable = ({ readings }: { readings: readonly MetricReading[] }): ReactElement => (
  <ScrollRegion label="Readings of outside metrics">
    <table>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Newest polls</th>
          <th scope="col">Allowed</th>
          <th scope="col">Rule: threshold</th>
        </tr>
      </thead>
      <tbody>
        {readings.map((reading) => (
          <tr key={reading.metric}>
            <th scope="row">{reading.metric}</th>
            <td>{newestPolls(reading)}</td>
            <td>{boundOf(reading)}</td>
            <td>{metricStanding(reading)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollRegion>
);

const newestPolls = ({ polls }: MetricReading): string =>
  polls.length === 0
    ? 'not asked yet'
    : polls.map((poll) => (poll.kind === 'value' ? metricValue(poll.value) : poll.problem)).join(', ');

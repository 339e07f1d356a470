import type { ReactElement } from 'react';
import { count, percent } from '../../../src/client/figures.ts';
import type { GuardReading, TrackReading } from '../api/shapes.ts';
import { ScrollRegion } from '../parts/scroll-region.tsx';
import { eValue } from '../show/e-value.ts';
import { shownTracks } from './shown-tracks.ts';

/** Readings a decision was made on, as they were then. */
export const ReadingsTable = (props: {
  readings: readonly GuardReading[];
  /** A stage is left on what it showed itself; a rollout is taken back on all it has shown. */
  scope: 'stage' | 'rollout';
}): ReactElement => (
  <ScrollRegion label="Readings of the guards">
    <table>
      <thead>
        <tr>
          <th scope="col">Guard</th>
          <th scope="col">Stable, bad of n</th>
          <th scope="col">Candidate, bad of n</th>
          <th scope="col">e-value toward rollback</th>
          <th scope="col">e-value toward advance</th>
        </tr>
      </thead>
      <tbody>
        {props.readings.map(({ guard, rollback, advance, [props.scope]: tracks }) => (
          <tr key={guard}>
            <th scope="row">{guard}</th>
            <td>{guard === 'disagree' ? '–' : badOf(shownTracks(tracks).stable)}</td>
            <td>{badOf(shownTracks(tracks).candidate)}</td>
            <td>
              {eValue(rollback.logE)} of {eValue(rollback.logThreshold)}
              {rollback.crossed && ', reached'}
            </td>
            <td>
              {eValue(advance.logE)} of {eValue(advance.logThreshold)}
              {advance.passed && ', reached'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollRegion>
);

const badOf = ({ bad, good, badShare }: TrackReading): string =>
  badShare === undefined ? 'none' : `${percent(badShare)} (${count(bad)} of ${count(bad + good)})`;

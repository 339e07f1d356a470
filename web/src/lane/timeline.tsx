import type { ReactElement } from 'react';
import { auditRow } from '../../../src/client/ledger-sentences.ts';
import { shownEvents, useLaneEvents } from '../api/queries.ts';
import type { LaneView, LedgerEvent } from '../api/shapes.ts';
import { At } from '../parts/moment.tsx';
import { Panel } from '../parts/panel.tsx';
import { ScrollRegion } from '../parts/scroll-region.tsx';
import { Trouble } from '../parts/trouble.tsx';
import type { Route } from '../routing/route.ts';
import { replaceRoute } from '../routing/use-route.ts';

/** Who did what, newest first: the part of the ledger that is about this lane. */
export const Timeline = (props: {
  lane: LaneView;
  route: Extract<Route, { page: 'lane' }>;
  isStreaming: boolean;
}): ReactElement => {
  const { lane, route, isStreaming } = props;
  const events = useLaneEvents(lane.environment, lane.service, isStreaming);
  const shown = (events.data ?? []).filter(({ type }) => route.allEvents || !isNoise(type));
  const isBusy = events.isPending;
  return (
    <Panel
      title="Timeline"
      aside={
        <label className="check">
          <input
            type="checkbox"
            checked={route.allEvents}
            onChange={(event) => replaceRoute({ ...route, allEvents: event.target.checked })}
          />
          <span>Also what replicas did</span>
        </label>
      }
    >
      {events.isError && <Trouble error={events.error} />}
      {!isBusy && !events.isError && shown.length === 0 && (
        <p className="nothing">Nothing was recorded yet.</p>
      )}
      {shown.length > 0 && (
        <ScrollRegion label="Timeline" isLow>
          <table className="timeline">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">Why</th>
                <th scope="col" className="number">
                  Record
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((event) => (
                <Row key={event.seq} event={event} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      {events.data?.length === shownEvents && (
        <p className="quiet note">
          These are the newest {shownEvents} records; <code>tidegate audit</code> shows all.
        </p>
      )}
    </Panel>
  );
};

/** Records of what the engine noticed by itself; a decision that followed from one has a record of its own. */
const isNoise = (type: string): boolean => type === 'workload.observed' || type === 'gate.opened';

const Row = ({ event }: { event: LedgerEvent }): ReactElement => {
  const { what, why } = auditRow(event);
  return (
    <tr>
      <td className="when">
        <At atMs={event.atMs} />
      </td>
      <td>{event.actor}</td>
      <td className="what">{what}</td>
      <td className="why quiet">{why}</td>
      <td className="number quiet">{event.seq}</td>
    </tr>
  );
};

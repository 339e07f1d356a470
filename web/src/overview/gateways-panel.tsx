import type { ReactElement } from 'react';
import { bytes, count, duration } from '../../../src/client/figures.ts';
import { standingText } from '../../../src/client/standing-text.ts';
import { useLiveGateways } from '../api/queries.ts';
import type { LiveGatewayStatus } from '../api/shapes.ts';
import { useNow } from '../parts/moment.tsx';
import { Panel } from '../parts/panel.tsx';
import { ScrollRegion } from '../parts/scroll-region.tsx';

/** What the gateway processes do now, and which addresses they do not use as usual. */
export const GatewaysPanel = (): ReactElement | null => {
  const { data } = useLiveGateways();
  const nowMs = useNow();
  if (data === undefined || data.length === 0) return null;
  const gateways = data.toSorted((a, b) => a.gateway.localeCompare(b.gateway, 'en', { numeric: true }));
  const unusual = gateways.flatMap(({ gateway, live }) =>
    (live?.addresses ?? [])
      .filter(({ standing }) => standing !== 'in')
      .map((address) => ({ ...address, gateway })),
  );
  return (
    <Panel title="Gateways">
      <ScrollRegion label="Gateway processes">
        <table>
          <caption className="unseen">Gateway processes</caption>
          <thead>
            <tr>
              <th scope="col">Process</th>
              <th scope="col">Environment</th>
              <th scope="col">Up for</th>
              <th scope="col">In flight</th>
              <th scope="col">Requests a second</th>
              <th scope="col">Connections</th>
              <th scope="col">Memory</th>
            </tr>
          </thead>
          <tbody>
            {gateways.map((one) => (
              <ProcessRow key={one.boot} gateway={one} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {unusual.length === 0 ? (
        <p className="quiet">Every address takes requests as usual.</p>
      ) : (
        <ul>
          {unusual.map(({ gateway, service, track, release, address, standing }) => (
            <li key={`${gateway} ${service} ${track} ${address}`}>
              {address} ({service}, {track} {release}): {standingText(standing)}, says {gateway}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
};

const ProcessRow = (props: { gateway: LiveGatewayStatus; nowMs: number }): ReactElement => {
  const { gateway, environment, connected, live } = props.gateway;
  return (
    <tr>
      <th scope="row">{gateway}</th>
      <td>{environment}</td>
      {live === null ? (
        <td colSpan={5}>{connected ? 'does not answer' : 'not connected'}</td>
      ) : (
        <>
          <td>{duration(props.nowMs - live.startedAtMs)}</td>
          <td>{count(live.inFlight)}</td>
          <td>{live.ratePerSecond.toFixed(1)}</td>
          <td>{count(live.connections)}</td>
          <td>{bytes(live.residentBytes)}</td>
        </>
      )}
    </tr>
  );
};

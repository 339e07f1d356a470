import type { ReactElement } from 'react';
import { plural } from '../../../src/client/figures.ts';
import { useEnvironments, useGateways, useLanes, useServices } from '../api/queries.ts';
import type { EnvironmentSummary, GatewaySummary, LaneView } from '../api/shapes.ts';
import { Trouble } from '../parts/trouble.tsx';
import type { Route } from '../routing/route.ts';
import { GatewaysPanel } from './gateways-panel.tsx';
import { LaneCell } from './lane-cell.tsx';
import { OverviewFilters } from './overview-filters.tsx';

type OverviewRoute = Extract<Route, { page: 'overview' }>;

/** Every service in every environment. */
export const OverviewPage = (props: { route: OverviewRoute; isStreaming: boolean }): ReactElement => {
  const { route, isStreaming } = props;
  const lanes = useLanes(isStreaming);
  const environments = useEnvironments();
  const services = useServices();
  const gateways = useGateways();
  const known = lanes.data ?? [];
  const names = [
    ...new Set([
      ...known.map(({ service }) => service),
      ...(services.data ?? []).map(({ service }) => service),
    ]),
  ].sort();
  const shown = names.filter((name) => isWanted(name, known, route));
  const columns = environments.data ?? [];
  const failure = environments.error ?? (lanes.data === undefined ? lanes.error : null);

  return (
    <>
      <div className="page-head">
        <h1>Services</h1>
        <p className="quiet">{summary(known)}</p>
      </div>
      {failure !== null && <Trouble error={failure} />}
      <OverviewFilters route={route} />
      {names.length === 0 && lanes.isSuccess && <NoServices />}
      {names.length > 0 && shown.length === 0 && <p className="nothing">No service matches these filters.</p>}
      {shown.length > 0 && columns.length > 0 && (
        <table className="overview">
          <caption className="unseen">Services by environment</caption>
          <thead>
            <tr>
              <th scope="col">Service</th>
              {columns.map((environment) => (
                <th scope="col" key={environment.name}>
                  <EnvironmentHead environment={environment} gateways={gateways.data} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((service) => (
              <tr key={service}>
                <th scope="row">{service}</th>
                {columns.map(({ name }) => (
                  <td key={name} data-column={name}>
                    <LaneCell lane={laneOf(known, service, name)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <GatewaysPanel />
    </>
  );
};

const laneOf = (lanes: readonly LaneView[], service: string, environment: string): LaneView | undefined =>
  lanes.find((lane) => lane.service === service && lane.environment === environment);

const isWanted = (
  service: string,
  lanes: readonly LaneView[],
  { find, runningOnly }: OverviewRoute,
): boolean =>
  service.includes(find.trim().toLowerCase()) &&
  (!runningOnly || lanes.some((lane) => lane.service === service && lane.rollout !== null));

const summary = (lanes: readonly LaneView[]): string => {
  const running = lanes.filter(({ rollout }) => rollout !== null).length;
  return running === 0
    ? 'No rollout is running.'
    : `${plural(running, 'rollout is', 'rollouts are')} running.`;
};

const EnvironmentHead = (props: {
  environment: EnvironmentSummary;
  gateways: readonly GatewaySummary[] | undefined;
}): ReactElement => {
  const { name, gateway, strategy, promote, next } = props.environment;
  const mine = props.gateways?.filter(({ environment }) => environment === name);
  const connected = mine?.filter((one) => one.connected).length ?? 0;
  return (
    <>
      {name}
      <span className="column-note">
        {strategy}
        {next !== null && promote === 'automatic' && `, then ${next} by itself`}
        <br />
        {gateway}
        {mine !== undefined &&
          `, ${connected} of ${plural(mine.length, 'gateway process', 'gateway processes')} connected`}
      </span>
    </>
  );
};

const NoServices = (): ReactElement => (
  <div className="nothing">
    <p>No service has a release yet. In the directory of one:</p>
    <p>
      <code>tidegate init</code>, then <code>tidegate ship</code>
    </p>
  </div>
);

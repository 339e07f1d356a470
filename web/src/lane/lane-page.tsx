import type { ReactElement } from 'react';
import { useEnvironments, useLanes } from '../api/queries.ts';
import type { LaneView } from '../api/shapes.ts';
import { Trouble } from '../parts/trouble.tsx';
import { formatRoute, overview, type Route } from '../routing/route.ts';
import { EndedRollouts } from './ended-rollouts.tsx';
import { Guards } from './guards.tsx';
import { Headline } from './headline.tsx';
import { Replicas } from './replicas.tsx';
import { RolloutGates } from './rollout-gates.tsx';
import { StableReleases } from './stable-releases.tsx';
import { StepRail } from './step-rail.tsx';
import { Timeline } from './timeline.tsx';
import { Tracks } from './tracks.tsx';

type LaneRoute = Extract<Route, { page: 'lane' }>;

/** One service in one environment: what is happening, why, on which evidence, and what came before. */
export const LanePage = (props: { route: LaneRoute; isStreaming: boolean }): ReactElement => {
  const { route, isStreaming } = props;
  const lanes = useLanes(isStreaming);
  const { data: environments } = useEnvironments();
  const lane = lanes.data?.find(
    ({ service, environment }) => service === route.service && environment === route.environment,
  );
  return (
    <>
      <nav className="crumbs" aria-label="Where you are">
        <a href={formatRoute(overview)}>Services</a>
        <span aria-hidden="true">/</span>
        <span>{route.service}</span>
        <span aria-hidden="true">/</span>
        <span aria-current="page">{route.environment}</span>
      </nav>
      {lane !== undefined && (
        <Lane
          lane={lane}
          lanes={lanes.data ?? []}
          next={environments?.find(({ name }) => name === lane.environment)?.next ?? null}
          first={environments?.[0]?.name ?? lane.environment}
          route={route}
          isStreaming={isStreaming}
        />
      )}
      {lane === undefined && lanes.isError && <Trouble error={lanes.error} />}
      {lane === undefined && lanes.isSuccess && (
        <p className="nothing">
          Nothing was ever shipped to {route.service} in {route.environment}.
        </p>
      )}
    </>
  );
};

const Lane = (props: {
  lane: LaneView;
  lanes: readonly LaneView[];
  next: string | null;
  first: string;
  route: LaneRoute;
  isStreaming: boolean;
}): ReactElement => {
  const { lane, lanes, next, first, route, isStreaming } = props;
  const after = lanes.find(({ service, environment }) => service === lane.service && environment === next);
  return (
    <>
      <Headline lane={lane} next={next === null ? null : { environment: next, lane: after }} first={first} />
      {lane.rollout !== null && <StepRail rollout={lane.rollout} />}
      <Tracks lane={lane} />
      {lane.rollout !== null && <Guards rollout={lane.rollout} />}
      {lane.rollout !== null && <RolloutGates rollout={lane.rollout} />}
      <Timeline lane={lane} route={route} isStreaming={isStreaming} />
      <EndedRollouts lane={lane} route={route} />
      <div className="two-panels">
        <Replicas lane={lane} />
        <StableReleases lane={lane} />
      </div>
    </>
  );
};

import type { ReactElement } from 'react';
import { headline } from '../../../src/client/sentences.ts';
import type { LaneView } from '../api/shapes.ts';
import { laneStanding } from '../lane/lane-standing.ts';
import { Badge } from '../parts/badge.tsx';
import { Ago, useNow } from '../parts/moment.tsx';
import { formatRoute, laneRoute } from '../routing/route.ts';
import { SmallRail } from './small-rail.tsx';

/** What serves and what is on its way, short enough for a table. */
export const LaneCell = ({ lane }: { lane: LaneView | undefined }): ReactElement => {
  const nowMs = useNow();
  if (lane === undefined) return <span className="quiet">Not here yet</span>;
  const { stable, rollout } = lane;
  return (
    <a className="lane-cell" href={formatRoute(laneRoute(lane.environment, lane.service))}>
      <span className="lane-cell-head">
        <span className="lane-cell-version">
          {stable === null ? 'Nothing serves yet' : stable.releaseVersion}
          {rollout !== null && ` → ${rollout.order.releaseVersion}`}
        </span>
        <Badge {...laneStanding(lane)} />
      </span>
      {rollout === null ? (
        <span className="quiet">
          {stable === null ? (
            headline(lane, nowMs)
          ) : (
            <>
              stable since <Ago atMs={stable.sinceMs} />
            </>
          )}
        </span>
      ) : (
        <>
          <SmallRail rollout={rollout} />
          <span className="lane-cell-why">{headline(lane, nowMs)}</span>
        </>
      )}
    </a>
  );
};

import type { ReactElement } from 'react';
import { count, percent } from '../../../src/client/figures.ts';
import { meanCost } from '../../../src/client/mean-cost.ts';
import type { LaneView, TrafficCounts } from '../api/shapes.ts';
import { Panel } from '../parts/panel.tsx';
import { ScrollRegion } from '../parts/scroll-region.tsx';
import { latency } from '../show/latency.ts';

/** One release in the role it plays now. */
interface Track {
  readonly name: 'stable' | 'candidate' | 'shadow';
  readonly version: string;
  readonly exposure: string;
  readonly share: number;
  readonly traffic: TrafficCounts | undefined;
  readonly replicas: string;
}

/** Both tracks side by side: who gets what, and how it goes. */
export const Tracks = ({ lane }: { lane: LaneView }): ReactElement => {
  const tracks = tracksOf(lane);
  return (
    <Panel title="Tracks">
      {tracks.length === 0 && <p className="nothing">No release gets requests here yet.</p>}
      {tracks.length > 0 && (
        <>
          <Split tracks={tracks} />
          <ScrollRegion label="Requests by track">
            <table className="tracks">
              <caption className="unseen">Requests by track</caption>
              <thead>
                <tr>
                  <td />
                  {tracks.map(({ name, version }) => (
                    <th scope="col" key={name}>
                      <span className={`track-key track-${name}`} aria-hidden="true" />
                      {name} <span className="version">{version}</span>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rowsOf(tracks).map(({ title, cell }) => (
                  <tr key={title}>
                    <th scope="row">{title}</th>
                    {tracks.map((track) => (
                      <td key={track.name}>{cell(track)}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollRegion>
          <p className="quiet note">Counted by the gateway processes since each of them started.</p>
        </>
      )}
    </Panel>
  );
};

const rows: readonly { readonly title: string; readonly cell: (track: Track) => string }[] = [
  { title: 'Gets now', cell: ({ exposure }) => exposure },
  { title: 'Replicas ready', cell: ({ replicas }) => replicas },
  { title: 'Answered', cell: ({ traffic }) => count(traffic?.answered ?? 0) },
  { title: 'Failed', cell: ({ traffic }) => withShare(traffic, traffic?.failed) },
  {
    title: 'Hidden from users by rescue',
    cell: ({ name, traffic }) => (name === 'candidate' ? count(traffic?.rescued ?? 0) : '–'),
  },
  {
    title: 'Feedback good / bad',
    cell: ({ name, traffic }) =>
      name === 'shadow' ? '–' : `${count(traffic?.feedbackGood ?? 0)} / ${count(traffic?.feedbackBad ?? 0)}`,
  },
  {
    title: 'Latency p50 / p95 / p99',
    cell: ({ traffic }) =>
      traffic === undefined || traffic.latency.count === 0
        ? '–'
        : [traffic.latency.p50Ms, traffic.latency.p95Ms, traffic.latency.p99Ms].map(latency).join(' / '),
  },
];

/** Where of any call the cost is known. */
const costs = {
  title: 'A call costs',
  cell: ({ traffic }: Track): string => meanCost(traffic?.costNanos ?? 0, traffic?.costed ?? 0),
};

const rowsOf = (tracks: readonly Track[]): typeof rows =>
  tracks.some(({ traffic }) => (traffic?.costed ?? 0) > 0) ? [...rows, costs] : rows;

const withShare = (traffic: TrafficCounts | undefined, part = 0): string =>
  traffic === undefined || traffic.answered === 0
    ? count(part)
    : `${count(part)} (${percent(part / traffic.answered)})`;

const tracksOf = (lane: LaneView): Track[] => {
  const { rollout, stable } = lane;
  const replicasOf = (release: string): string => {
    const workload = lane.workloads.find((one) => one.release === release);
    return workload === undefined ? '–' : `${workload.ready} of ${workload.wanted}`;
  };
  const trafficOf = (release: string, track: Track['name']): TrafficCounts | undefined =>
    lane.traffic.find((one) => one.release === release && one.track === track);
  const exposure = rollout?.order.plan.stages[rollout.stage]?.exposure;
  const share = exposure?.share ?? 0;
  const mirrorShare = exposure?.mirrorShare ?? 0;
  const tracks: Track[] = [];
  if (stable !== null)
    tracks.push({
      name: 'stable',
      version: stable.releaseVersion,
      exposure: `${percent(1 - share)} of requests`,
      share: 1 - share,
      traffic: trafficOf(stable.release, 'stable'),
      replicas: replicasOf(stable.release),
    });
  if (rollout === null) return tracks;
  const { release, releaseVersion } = rollout.order;
  const candidate = { version: releaseVersion, replicas: replicasOf(release) };
  const shadow = trafficOf(release, 'shadow');
  tracks.push({
    ...candidate,
    name: 'candidate',
    exposure: share === 0 ? 'no requests' : `${percent(share)} of requests`,
    share,
    traffic: trafficOf(release, 'candidate'),
  });
  if (mirrorShare > 0 || shadow !== undefined)
    tracks.push({
      ...candidate,
      name: 'shadow',
      exposure: mirrorShare === 0 ? 'nothing any more' : `a copy of ${percent(mirrorShare)}`,
      share: 0,
      traffic: shadow,
    });
  return tracks;
};

const Split = ({ tracks }: { tracks: readonly Track[] }): ReactElement => (
  <div className="split" aria-hidden="true">
    {tracks
      .filter(({ share }) => share > 0)
      .map(({ name, share }) => (
        <span key={name} className={`track-${name}`} style={{ flexGrow: share }} />
      ))}
  </div>
);

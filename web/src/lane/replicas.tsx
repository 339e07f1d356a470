import type { ReactElement } from 'react';
import type { LaneView } from '../api/shapes.ts';
import { Badge, type Standing } from '../parts/badge.tsx';
import { Panel } from '../parts/panel.tsx';
import { ScrollRegion } from '../parts/scroll-region.tsx';

export const Replicas = ({ lane }: { lane: LaneView }): ReactElement => (
  <Panel title="Replicas">
    {lane.workloads.length === 0 && <p className="nothing">No replica runs here.</p>}
    {lane.workloads.length > 0 && (
      <ScrollRegion label="Replicas by release">
        <table>
          <thead>
            <tr>
              <th scope="col">Release</th>
              <th scope="col">Ready</th>
              <th scope="col">Addresses</th>
            </tr>
          </thead>
          <tbody>
            {lane.workloads.map((workload) => (
              <tr key={workload.release}>
                <th scope="row">{versionOf(lane, workload.release)}</th>
                <td>
                  {workload.ready} of {workload.wanted} <Badge {...standingOf(workload)} />
                  {workload.failure !== null && <p className="failure">{workload.failure}</p>}
                </td>
                <td>
                  <ul className="plain">
                    {workload.addresses.map((address) => (
                      <li key={address}>
                        <code>{address}</code>
                      </li>
                    ))}
                  </ul>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    )}
  </Panel>
);

const standingOf = (workload: LaneView['workloads'][number]): Standing => {
  if (workload.failure !== null) return { tone: 'bad', icon: 'cross', word: 'Failed' };
  return workload.ready < workload.wanted
    ? { tone: 'warn', icon: 'clock', word: 'Not all ready' }
    : { tone: 'good', icon: 'check', word: 'Ready' };
};

/** The version of a release that has to do with this lane; else the beginning of its digest. */
const versionOf = ({ stable, rollout, history, ended }: LaneView, release: string): string => {
  const known = [stable, rollout?.order, ...history, ...ended.map(({ order }) => order)];
  return known.find((one) => one?.release === release)?.releaseVersion ?? release.slice(0, 19);
};

import type { ReactElement } from 'react';
import type { LaneView } from '../api/shapes.ts';
import { At } from '../parts/moment.tsx';
import { Panel } from '../parts/panel.tsx';
import { ScrollRegion } from '../parts/scroll-region.tsx';

/** What serves and what served before, newest first. */
export const StableReleases = ({ lane }: { lane: LaneView }): ReactElement => {
  const all = [...(lane.stable === null ? [] : [lane.stable]), ...lane.history];
  return (
    <Panel title="Stable releases">
      {all.length === 0 && <p className="nothing">None yet.</p>}
      {all.length > 0 && (
        <ScrollRegion label="Stable releases, newest first">
          <table>
            <thead>
              <tr>
                <th scope="col">Release</th>
                <th scope="col">Stable since</th>
                <th scope="col">Digest</th>
              </tr>
            </thead>
            <tbody>
              {all.map(({ release, releaseVersion, sinceMs, rollout }, index) => (
                <tr key={rollout}>
                  <th scope="row">
                    {releaseVersion}
                    {index === 0 && ' (now)'}
                  </th>
                  <td>
                    <At atMs={sinceMs} />
                  </td>
                  <td>
                    <code title={release}>{release.slice(0, 19)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </Panel>
  );
};

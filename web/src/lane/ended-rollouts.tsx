import type { ReactElement } from 'react';
import { duration } from '../../../src/client/figures.ts';
import { endSentence } from '../../../src/client/sentences.ts';
import type { EndCause, EndedRollout, LaneView } from '../api/shapes.ts';
import { Badge } from '../parts/badge.tsx';
import { At } from '../parts/moment.tsx';
import { Panel } from '../parts/panel.tsx';
import type { Route } from '../routing/route.ts';
import { replaceRoute } from '../routing/use-route.ts';
import { Evidence, GateDetails } from './gate-evidence.tsx';
import { outcomeStanding } from './lane-standing.ts';
import { MetricsTable } from './metrics-table.tsx';
import { ReadingsTable } from './readings-table.tsx';

/** How earlier rollouts ended, and on which evidence. */
export const EndedRollouts = (props: {
  lane: LaneView;
  route: Extract<Route, { page: 'lane' }>;
}): ReactElement => {
  const { lane, route } = props;
  return (
    <Panel title="Ended rollouts">
      {lane.ended.length === 0 && <p className="nothing">None has ended yet.</p>}
      <ul className="ended">
        {lane.ended.map((ended) => {
          const id = ended.order.rollout;
          return (
            <li key={id}>
              <details
                open={route.opened === id}
                onToggle={(event) => {
                  const isOpen = event.currentTarget.open;
                  if (isOpen !== (route.opened === id))
                    replaceRoute({ ...route, opened: isOpen ? id : null });
                }}
              >
                <summary>
                  <Badge {...outcomeStanding(ended.outcome)} />
                  <span className="ended-version">{ended.order.releaseVersion}</span>
                  <span className="ended-why">{endSentence(ended)}</span>
                  <span className="quiet ended-when">
                    <At atMs={ended.endedAtMs} />, after {duration(ended.endedAtMs - ended.startedAtMs)}
                  </span>
                </summary>
                <Details ended={ended} />
              </details>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
};

const Details = ({ ended }: { ended: EndedRollout }): ReactElement => {
  const { order, passed, stage, cause } = ended;
  const last = order.plan.stages[stage];
  return (
    <div className="ended-details">
      <dl className="facts">
        <dt>Rollout</dt>
        <dd>
          <code>{order.rollout}</code>
        </dd>
        <dt>Started by</dt>
        <dd>
          {ended.actor}
          {order.reason !== null && ` (${order.reason})`}
        </dd>
        <dt>Ended by</dt>
        <dd>{ended.endedBy}</dd>
        <dt>In place of</dt>
        <dd>{ended.baseline?.releaseVersion ?? 'nothing'}</dd>
        <dt>Last stage</dt>
        <dd>
          {last === undefined
            ? 'before the first'
            : `${last.name}, ${stage + 1} of ${order.plan.stages.length}`}
        </dd>
      </dl>
      <Decided cause={cause} />
      {passed.map((one) => {
        const plan = order.plan.stages[one.stage];
        if (plan === undefined || plan.gates.length === 0) return null;
        return (
          <section key={one.stage}>
            <h3>Stage {plan.name}</h3>
            {plan.gates.map((gate, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a gate is its place in the stage
              <GateDetails key={at} gate={gate} state={one.gates[at]} />
            ))}
          </section>
        );
      })}
    </div>
  );
};

/** The evidence that ended it, where evidence did. */
const Decided = ({ cause }: { cause: EndCause }): ReactElement | null => {
  if (cause.kind === 'guard')
    return (
      <section>
        <h3>Ended on</h3>
        <ReadingsTable readings={cause.readings} scope="rollout" />
      </section>
    );
  if (cause.kind === 'metric')
    return (
      <section>
        <h3>Ended on</h3>
        <MetricsTable readings={cause.readings} />
      </section>
    );
  if (cause.kind === 'gate')
    return (
      <section>
        <h3>Ended on</h3>
        <Evidence evidence={cause.evidence} />
      </section>
    );
  return null;
};

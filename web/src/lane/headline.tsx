import type { ReactElement } from 'react';
import { headline, waitingFor } from '../../../src/client/sentences.ts';
import type { LaneView } from '../api/shapes.ts';
import { Badge } from '../parts/badge.tsx';
import { CommandLine } from '../parts/command-line.tsx';
import { Ago, useNow } from '../parts/moment.tsx';
import { laneStanding } from './lane-standing.ts';
import { abortCommand, type NextLane, recommendedAction, rollbackCommand } from './recommended-action.ts';

/** What is happening and why, what to do about it, and the way out, which always stands in the same place. */
export const Headline = ({
  lane,
  next,
  first,
}: {
  lane: LaneView;
  next: NextLane | null;
  first: string;
}): ReactElement => {
  const { rollout, stable } = lane;
  const nowMs = useNow();
  const standing = laneStanding(lane);
  const stage = rollout?.order.plan.stages[rollout.stage];
  const advice = recommendedAction(lane, next, first);
  return (
    <section className="headline" aria-labelledby="headline">
      <div className="headline-said">
        <Badge {...standing} />
        <span className="unseen" role="status">
          {standing.word}
          {stage !== undefined && `, stage ${stage.name}`}
        </span>
        <h1 id="headline">{headline(lane, nowMs)}</h1>
        {rollout?.verdict.kind === 'hold' && rollout.verdict.waitingFor.length > 1 && (
          <div>
            <p>It waits for all of these:</p>
            <ul className="waits">
              {rollout.verdict.waitingFor.map((waiting) => (
                <li
                  key={
                    'guard' in waiting
                      ? waiting.guard
                      : 'metric' in waiting
                        ? `metric ${waiting.metric}`
                        : waiting.on
                  }
                >
                  {waitingFor(waiting, nowMs)}
                </li>
              ))}
            </ul>
          </div>
        )}
        <p className="quiet">
          {rollout !== null && (
            <>
              {kinds[rollout.order.kind]} by {rollout.actor}, <Ago atMs={rollout.startedAtMs} />
              {rollout.order.reason !== null && ` (${rollout.order.reason})`}. Strategy{' '}
              {rollout.order.plan.strategy}.{' '}
            </>
          )}
          {stable !== null && (
            <>
              {stable.releaseVersion} is stable since <Ago atMs={stable.sinceMs} />.
            </>
          )}
        </p>
      </div>
      <div className="headline-advice">
        <h2>Recommended</h2>
        <p>{advice.text}</p>
        {advice.command !== null && <CommandLine command={advice.command} label="recommended command" />}
      </div>
      <div className="headline-out">
        <h2>{rollout === null ? 'Back to the release before' : 'Stop it'}</h2>
        {rollout !== null && <CommandLine command={abortCommand(lane)} label="command to abort" />}
        {rollout === null && lane.history.length > 0 && (
          <CommandLine command={rollbackCommand(lane)} label="command to roll back" />
        )}
        {rollout === null && lane.history.length === 0 && <p className="quiet">There is none yet.</p>}
        <p className="quiet note">This page only reads. Commands are for the terminal.</p>
      </div>
    </section>
  );
};

const kinds = { ship: 'Shipped', promote: 'Promoted', rollback: 'Rolled back' } as const;

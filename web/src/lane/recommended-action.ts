import type { LaneView } from '../api/shapes.ts';

/** What a person should do now, if anything. `command` is to be typed, for the page only reads. */
export interface Advice {
  readonly text: string;
  readonly command: string | null;
}

/** Where a lane's stable release would go next, and what serves there. */
export interface NextLane {
  readonly environment: string;
  readonly lane: LaneView | undefined;
}

/** `first`: the environment that releases begin in. */
export const recommendedAction = (lane: LaneView, next: NextLane | null, first: string): Advice => {
  const { rollout } = lane;
  if (rollout === null) return betweenRollouts(lane, next, first);
  const { verdict } = rollout;
  const stageName = rollout.order.plan.stages[rollout.stage]?.name ?? '';
  switch (verdict.kind) {
    case 'idle':
    case 'advance':
    case 'restore':
    case 'complete':
      return { text: 'Nothing to do: it moves on by itself.', command: null };
    case 'end':
      return { text: 'Nothing to do: Tidegate is taking it back.', command: null };
    case 'pull':
      return { text: 'Nothing to do: Tidegate is taking it off the traffic to look closer.', command: null };
    case 'pause':
      return paused(lane, verdict.cause.kind);
    case 'hold':
      break;
  }
  if (verdict.waitingFor.some(({ on }) => on === 'approval'))
    return {
      text: `Look at what stage ${stageName} has shown, then approve it.`,
      command: laneCommand(lane, 'approve', `--stage ${quoted(stageName)}`),
    };
  if (verdict.waitingFor.some(({ on }) => on === 'pulled'))
    return {
      text: 'Nothing to do: no user gets the candidate while copies of their requests show whether the warning was right.',
      command: null,
    };
  const reasons = verdict.waitingFor.flatMap((one) => (one.on === 'evidence' ? [one.reason] : []));
  if (reasons.includes('candidate-looks-worse'))
    return {
      text: 'More traffic will hardly help: find out what the candidate does worse. Meanwhile it can be held where it is.',
      command: laneCommand(lane, 'pause'),
    };
  if (reasons.includes('no-bound'))
    return {
      text: 'This stage can never show that evidence. Give the guard a bound in the policy, or move on knowing it.',
      command: laneCommand(lane, 'advance', '--reason "..."'),
    };
  if (reasons.some((reason) => reason.startsWith('no-')))
    return {
      text: `Send traffic to the service at ${lane.gateway}; without requests there is no evidence.`,
      command: null,
    };
  return { text: 'Nothing to do: it moves on, or is taken back, by itself.', command: null };
};

/** Stops a running rollout. Always offered, always in the same place. */
export const abortCommand = (lane: LaneView): string => laneCommand(lane, 'abort');

export const rollbackCommand = (lane: LaneView): string => laneCommand(lane, 'rollback');

const betweenRollouts = (lane: LaneView, next: NextLane | null, first: string): Advice => {
  const last = lane.ended[0];
  const isFirst = lane.environment === first;
  // Into the first environment, as every release; what comes later gets the bytes that were tried before.
  const command = `tidegate ship --to ${first}`;
  if (lane.stable === null)
    return {
      text: isFirst ? 'Ship a release.' : `Ship a release to ${first}, then promote it.`,
      command,
    };
  if (last !== undefined && last.outcome !== 'completed' && last.outcome !== 'superseded')
    return {
      text: `Release ${last.order.releaseVersion} did not make it. See what was decided on below, mend it and ship again${isFirst ? '' : ` to ${first}, then promote it`}.`,
      command,
    };
  const isAhead = next !== null && next.lane?.stable?.release !== lane.stable.release;
  if (isAhead && next.lane?.rollout?.order.release !== lane.stable.release)
    return {
      text: `Release ${lane.stable.releaseVersion} can go on to ${next.environment}.`,
      command: laneCommand(lane, 'promote'),
    };
  return { text: 'Nothing to do.', command: null };
};

const paused = (lane: LaneView, cause: 'person' | 'timeout' | 'gate-unknown' | 'sample-ratio'): Advice => {
  const command = laneCommand(lane, 'resume');
  switch (cause) {
    case 'person':
      return { text: 'Resume it when the reason is gone.', command };
    case 'timeout':
      return { text: 'See what it waited for. Resume to wait as long again, or abort.', command };
    case 'sample-ratio':
      return {
        text: 'The tracks do not get the shares they should. Find out why; whoever resumes accepts the split as it is.',
        command,
      };
    case 'gate-unknown':
      return { text: 'Resume to try the gate again.', command };
  }
};

const laneCommand = (lane: LaneView, name: string, more = ''): string =>
  `tidegate ${name} --service ${lane.service} --env ${lane.environment}${more === '' ? '' : ` ${more}`}`;

/** For a shell. Names of stages have spaces and percent signs. */
const quoted = (text: string): string =>
  /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

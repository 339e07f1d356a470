import type { EndedRollout, GateState, LaneView } from '../api/shapes.ts';
import type { Standing } from '../parts/badge.tsx';

/** How a lane stands, in a word. */
export const laneStanding = ({ rollout, stable }: LaneView): Standing => {
  if (rollout === null)
    return stable === null
      ? { tone: 'quiet', icon: 'ring', word: 'Nothing yet' }
      : { tone: 'good', icon: 'check', word: 'Serving' };
  const { verdict } = rollout;
  switch (verdict.kind) {
    case 'end':
      return verdict.outcome === 'rejected'
        ? { tone: 'bad', icon: 'stop', word: 'Rejecting' }
        : { tone: 'bad', icon: 'back', word: 'Rolling back' };
    case 'pause':
      return { tone: 'warn', icon: 'pause', word: 'Paused' };
    case 'pull':
      return { tone: 'warn', icon: 'warning', word: 'Warned' };
    case 'hold':
      if (verdict.waitingFor.some(({ on }) => on === 'pulled'))
        return { tone: 'warn', icon: 'warning', word: 'Off traffic' };
      if (verdict.waitingFor.some(({ on }) => on === 'approval'))
        return { tone: 'warn', icon: 'person', word: 'Needs approval' };
      if (verdict.waitingFor.some((one) => one.on === 'evidence' && one.reason === 'candidate-looks-worse'))
        return { tone: 'warn', icon: 'warning', word: 'Looks worse' };
      return { tone: 'busy', icon: 'clock', word: 'Hold' };
    case 'advance':
    case 'restore':
    case 'complete':
    case 'idle':
      return { tone: 'busy', icon: 'arrow', word: 'Moving on' };
  }
};

export const outcomeStanding = (outcome: EndedRollout['outcome']): Standing => {
  switch (outcome) {
    case 'completed':
      return { tone: 'good', icon: 'check', word: 'Completed' };
    case 'rolled-back':
      return { tone: 'bad', icon: 'back', word: 'Rolled back' };
    case 'rejected':
      return { tone: 'bad', icon: 'stop', word: 'Rejected' };
    case 'aborted':
      return { tone: 'warn', icon: 'cross', word: 'Aborted' };
    case 'superseded':
      return { tone: 'quiet', icon: 'skip', word: 'Superseded' };
  }
};

/** `isPresent`: the rollout stands in this gate's stage now. */
export const gateStanding = (gate: GateState | undefined, isPresent: boolean): Standing => {
  switch (gate?.outcome) {
    case 'passed':
      return { tone: 'good', icon: 'check', word: 'Passed' };
    case 'failed':
      return { tone: 'bad', icon: 'cross', word: 'Failed' };
    case 'unknown':
      return { tone: 'warn', icon: 'warning', word: 'Unknown' };
    default:
      if (!isPresent) return { tone: 'quiet', icon: 'skip', word: 'Skipped' };
      return gate?.openedAtMs == null
        ? { tone: 'busy', icon: 'clock', word: 'Open' }
        : { tone: 'busy', icon: 'turn', word: 'Running' };
  }
};

import type { EndedRollout } from '../core/rollout/state.ts';
import { catalogue, type TidegateError } from '../errors.ts';

/** What the process says when it ends. Scripts depend on them: a number never changes its meaning. */
export const exitCode = {
  good: 0,
  failed: 1,
  usage: 2,
  negative: 3,
  notAllowed: 4,
  inconclusive: 5,
  stillRunning: 8,
  interrupted: 130,
} as const;

export const exitCodeOfError = (error: TidegateError): number => catalogue[error.code].exit;

/** What became of a rollout that somebody waited for. */
export const exitCodeOfRollout = ({ outcome, cause }: Pick<EndedRollout, 'outcome' | 'cause'>): number => {
  switch (outcome) {
    case 'completed':
      return exitCode.good;
    case 'rejected':
    case 'rolled-back': {
      const isOpen =
        cause.kind === 'gate' &&
        cause.evidence.kind === 'evaluation' &&
        cause.evidence.result.verdict === 'inconclusive';
      return isOpen ? exitCode.inconclusive : exitCode.negative;
    }
    case 'aborted':
      return exitCode.negative;
    // Nobody will ever know whether it was good.
    case 'superseded':
      return exitCode.inconclusive;
  }
};

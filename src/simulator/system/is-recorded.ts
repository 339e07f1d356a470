import type { StoredEvent } from '../../ports/ledger.ts';
import type { Wish } from './scenario.ts';

/** Is there a record of what was acknowledged? `seqBefore` is where its lane stood when the person asked. */
export const isRecorded = (wish: Wish, seqBefore: number, events: readonly StoredEvent[]): boolean => {
  const isOf = (type: string, data: (about: Record<string, unknown>) => boolean, fromSeq = 0): boolean =>
    events.some(
      (event) => event.seq > fromSeq && event.type === type && data(event.data as Record<string, unknown>),
    );
  const any = (): boolean => true;
  switch (wish.what) {
    case 'ship': {
      const isIt = ({ order }: Record<string, unknown>) =>
        (order as { rollout: string }).rollout === wish.rollout;
      return isOf('rollout.started', isIt) || isOf('rollout.queued', isIt);
    }
    case 'create-key':
      return isOf('key.created', ({ id }) => id === wish.id);
    case 'revoke-key':
      return isOf('key.revoked', ({ id }) => id === wish.id);
    case 'abort':
      return isOf('rollout.ended', any, seqBefore);
    case 'pause':
      return isOf('rollout.paused', any, seqBefore);
    case 'resume':
      return isOf('rollout.resumed', any, seqBefore);
    case 'approve':
      return isOf('stage.approved', any, seqBefore);
    case 'advance':
      return isOf('stage.entered', any, seqBefore) || isOf('rollout.ended', any, seqBefore);
    default:
      return true;
  }
};

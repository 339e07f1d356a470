import type { LaneEvent, Recorded } from '../core/rollout/events.ts';
import { TidegateError } from '../errors.ts';
import type { NewEvent, StoredEvent } from '../ports/ledger.ts';

/** Events of a lane as the ledger keeps them, and back. Shapes that changed are lifted here to their present form. */
export const encodeLaneEvent = (event: LaneEvent, atMs: number, actor: string): NewEvent => {
  const { type, ...data } = event;
  return { type, schema: 1, atMs, actor, data };
};

export const decodeLaneEvent = (stored: StoredEvent): Recorded<LaneEvent> => {
  if (stored.schema !== 1)
    throw new TidegateError(
      'ledger-broken',
      `Record ${stored.seq} (${stored.type}) has shape ${stored.schema}, which this version of Tidegate does not know.`,
      { todo: 'Run the version of Tidegate that wrote it, or a newer one.' },
    );
  const event = { type: stored.type, ...(stored.data as object) } as LaneEvent;
  return { event, atMs: stored.atMs, actor: stored.actor, seq: stored.seq };
};

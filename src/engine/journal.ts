import type { AppendOptions, Ledger, NewEvent, StoredEvent } from '../ports/ledger.ts';

/**
 * The ledger as this process follows it: every record is folded once, in the order of the ledger, whoever wrote it. So what
 * is in memory is always what the ledger said at one record, and never a newer part of it beside an older one.
 */
export interface Journal {
  /** Reads everything there is, for the start: it is folded, and not yet followed. */
  load(): Promise<void>;
  /**
   * Appends, and resolves when all records up to these are folded and followed.
   * @throws TidegateError what the ledger says; after a failed read the events may be recorded and not be known here.
   */
  append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<readonly StoredEvent[]>;
  /** Takes in what another control plane has written since. Resolves when all that was there when it was called is followed. */
  catchUp(): Promise<void>;
}

const pageSize = 5_000;

export const openJournal = (parts: {
  ledger: Ledger;
  /** Is called once for each record, in order. */
  fold: (stored: StoredEvent) => void;
  /** All of these are folded; now the world must be made so. */
  follow: (events: readonly StoredEvent[]) => void;
}): Journal => {
  const { ledger, fold, follow } = parts;
  /** Sequence number of the newest record that was folded. */
  let seq = 0;

  /** Returns those that were not known yet. They must begin right behind the last one known, or before. */
  const foldNew = (events: readonly StoredEvent[]): readonly StoredEvent[] => {
    const fresh = events.filter((stored) => stored.seq > seq);
    for (const stored of fresh) {
      fold(stored);
      seq = stored.seq;
    }
    return fresh;
  };

  /** Everything behind the last record known, page by page; only the last page of a long tail is a state to act on. */
  const readTail = async (): Promise<readonly StoredEvent[]> => {
    const fresh: StoredEvent[] = [];
    for (;;) {
      const page = await ledger.readAll(seq, pageSize);
      fresh.push(...foldNew(page));
      if (page.length < pageSize) return fresh;
    }
  };

  let reading: Promise<unknown> = Promise.resolve();

  /** One after another, so that whoever waits for his turn finds everything followed that was folded before. */
  const catchUp = (): Promise<void> => {
    const turn = reading.then(readTail).then((fresh) => {
      if (fresh.length > 0) follow(fresh);
    });
    reading = turn.catch(() => undefined);
    return turn;
  };

  return {
    async load() {
      await readTail();
    },
    async append(stream, expectedVersion, events, options) {
      const stored = await ledger.append(stream, expectedVersion, events, options);
      const [first] = stored;
      // Somebody else has written in between: their records come before ours.
      if (first !== undefined && first.seq > seq + 1) await catchUp();
      else {
        const fresh = foldNew(stored);
        if (fresh.length > 0) follow(fresh);
      }
      return stored;
    },
    catchUp,
  };
};

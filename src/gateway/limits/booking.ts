import { connect, type Socket } from 'node:net';
import { jsonLines } from '../http/json-lines.ts';
import type { BookAnswer, BookRequest } from './book-keeper.ts';
import { type Booked, type Entry, type LimitBook, openLimitBook } from './limit-book.ts';

/** The way to the book, wherever it is kept. */
export interface Booking {
  /** `then` hears as many answers as there were entries: at once where the book is kept here, else a moment later. */
  send(entries: readonly Entry[], then: (booked: readonly Booked[]) => void): void;
  close(): void;
}

/** The book is kept in this process. */
export function bookingHere(book: LimitBook, nowMs: () => number): Booking {
  return {
    send(entries, then) {
      const atMs = nowMs();
      then(entries.map((entry) => book.book('here', entry, atMs)));
    },
    close() {},
  };
}

const REDIAL_MS = 100;
const ANSWER_WITHIN_MS = 250;

/**
 * The book is kept by another process of this environment. While that one cannot be reached, or does not answer in time,
 * this process keeps to its own part of every limit, one of `processes`: together they never let in more than the whole.
 */
export function bookingElsewhere(spec: {
  readonly socketPath: string;
  readonly processes: number;
  readonly nowMs: () => number;
  readonly onTrouble: (what: string, error: unknown) => void;
}): Booking {
  const { processes, nowMs } = spec;
  let socket: Socket | null = null;
  let redial: NodeJS.Timeout | null = null;
  let isClosed = false;
  let isTold = false;
  let id = 0;
  let own: LimitBook = openLimitBook();
  const asked = new Map<
    number,
    { entries: readonly Entry[]; then: (booked: readonly Booked[]) => void; untilMs: number }
  >();

  const answerAlone = (entries: readonly Entry[], then: (booked: readonly Booked[]) => void): void => {
    const atMs = nowMs();
    then(entries.map((entry) => own.book('here', partOf(entry, processes), atMs)));
  };
  const giveUp = (): void => {
    const waiting = [...asked.values()];
    asked.clear();
    for (const { entries, then } of waiting) answerAlone(entries, then);
  };
  const patience = setInterval(() => {
    const oldest = asked.values().next().value;
    if (oldest !== undefined && oldest.untilMs <= nowMs()) socket?.destroy();
  }, ANSWER_WITHIN_MS / 5);
  patience.unref();

  const dial = (): void => {
    redial = null;
    const dialled = connect(spec.socketPath);
    dialled.unref();
    dialled.on('connect', () => {
      socket = dialled;
      isTold = false;
    });
    const lines = jsonLines((value) => {
      const answer = value as BookAnswer;
      const question = asked.get(answer.id);
      asked.delete(answer.id);
      question?.then(answer.booked);
    });
    dialled.on('data', (chunk) => {
      try {
        lines(chunk);
      } catch (error) {
        spec.onTrouble('the keeper of the limits sent something unreadable', error);
        dialled.destroy();
      }
    });
    dialled.on('error', () => {});
    dialled.on('close', () => {
      if (socket === dialled) {
        socket = null;
        own = openLimitBook();
      }
      if (isClosed) return;
      if (!isTold)
        spec.onTrouble('the keeper of the limits cannot be reached: this process keeps to its part', null);
      isTold = true;
      giveUp();
      redial = setTimeout(dial, REDIAL_MS);
      redial.unref();
    });
  };
  dial();

  return {
    send(entries, then) {
      if (socket === null) {
        answerAlone(entries, then);
        return;
      }
      id += 1;
      asked.set(id, { entries, then, untilMs: nowMs() + ANSWER_WITHIN_MS });
      socket.write(`${JSON.stringify({ id, entries } satisfies BookRequest)}\n`);
    },
    close() {
      isClosed = true;
      clearInterval(patience);
      if (redial !== null) clearTimeout(redial);
      giveUp();
      socket?.destroy();
    },
  };
}

function partOf(entry: Entry, processes: number): Entry {
  switch (entry.do) {
    case 'enter':
      return { ...entry, most: Math.max(1, Math.floor(entry.most / processes)) };
    case 'leave':
    case 'spend':
      return entry;
    default: {
      const { perSecond, burst } = entry.rate;
      return { ...entry, rate: { perSecond: perSecond / processes, burst: Math.max(1, burst / processes) } };
    }
  }
}

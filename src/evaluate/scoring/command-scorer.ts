import type { OwnScorer } from '../../core/evaluation/run/evaluation-plan.ts';
import { ownScorerReply } from './own-scorer-reply.ts';
import type { Scored, ScoreOutput } from './scored.ts';
import type { ScorerProcess } from './scorer-process.ts';
import { startScorerProcess } from './scorer-process.ts';
import { shownLine } from './shown-line.ts';

/** A program that so many cases in a row have ended, each alone in it, is given up. */
const MOST_DEADLY_CASES = 5;

export interface CommandScorer {
  readonly score: ScoreOutput;
  readonly close: () => Promise<void>;
}

interface Pending {
  readonly id: number;
  readonly line: string;
  readonly settle: (scored: Scored) => void;
  isSent: boolean;
  /** The program said that it has begun with it. */
  hasBegun: boolean;
  /** It was in the program when that ended, beside others: any of them may have been the cause. */
  isSuspect: boolean;
  /** Its time-out; null while the program is still busy with what came before it. */
  clock: NodeJS.Timeout | null;
}

/** A program while it runs. */
interface Life {
  readonly process: ScorerProcess;
  /** Nothing has come from it that says that it works on a case. */
  isStarting: boolean;
  hasReplied: boolean;
  /** The last line since its last reply that was none. */
  stray: string | null;
}

/**
 * A program that stays and scores. It reads a line of JSON for each answer, `{"id", "case", "output"}`, and writes one, `{"id", "score",
 * "reason"}`, in any order; other lines are let pass, and quoted where a case goes wrong. A case's time-out begins when the program can work on it: when
 * it said so (`{"id", "started": true}`), or when the case before it, or a later one, was answered; of the first when it was sent.
 *
 * A case is blamed for the end of the program, or for a time-out, only when it was alone in it. Where others were in it too, each is given to the next
 * process by itself until the one that does it is found. A program that dies of several cases in a row, with none scored between, is given up.
 *
 * `startMs`: what the first case of a process may take where the program says when it begins with a case, if that is longer than the time-out.
 */
export const commandScorer = (
  command: readonly string[],
  directory: string,
  own: OwnScorer,
  startMs = own.timeoutMs,
): CommandScorer => {
  // In the order in which they came, in which they are sent as well.
  const pending = new Map<number, Pending>();
  let life: Life | null = null;
  let lastId = 0;
  let isClosed = false;
  /** One case at a time, until it is known what ended the program and another case was scored. */
  let isCareful = false;
  let isExplained = false;
  /** What is tried first. */
  let likeliest: Pending | null = null;
  let deadlyInARow = 0;
  let givenUp: string | null = null;

  const finish = (one: Pending, scored: Scored): void => {
    pending.delete(one.id);
    stopClock(one);
    one.settle(scored);
  };
  const fail = (one: Pending, detail: string): void => finish(one, { kind: 'failed', detail });
  const startClock = (one: Pending): void => {
    const isStart = life?.isStarting === true && startMs > own.timeoutMs;
    const mostMs = isStart ? startMs : own.timeoutMs;
    one.clock = setTimeout(() => {
      const { process } = life ?? {};
      onEnd(`took longer than ${mostMs} ms${isStart ? ' to start' : ''}`, one);
      process?.kill();
    }, mostMs);
  };
  const send = (one: Pending): void => {
    life ??= startLife();
    const isFirst = ![...pending.values()].some(({ isSent }) => isSent);
    one.isSent = true;
    if (isFirst) startClock(one);
    life.process.write(one.line);
  };
  const sendWaiting = (): void => {
    const waiting = [...pending.values()];
    if (givenUp !== null || isClosed) {
      for (const one of waiting) fail(one, givenUp ?? 'the scorer was closed');
    } else if (!isCareful) {
      for (const one of waiting) if (!one.isSent) send(one);
    } else if (!waiting.some(({ isSent }) => isSent)) {
      const first = likeliest !== null && pending.has(likeliest.id) ? likeliest : null;
      const next = first ?? waiting.find(({ isSuspect }) => isSuspect) ?? waiting[0];
      if (next !== undefined) send(next);
    }
  };
  const onReply = (one: Pending, reply: object): void => {
    deadlyInARow = 0;
    // Whatever stands before it is being worked on as well, and what comes next is begun now.
    for (const other of pending.values()) {
      if (other === one || !other.isSent) continue;
      if (other.clock === null) startClock(other);
      if (other.id > one.id) break;
    }
    finish(one, ownScorerReply(reply, own));
    if (!isCareful) return;
    const waiting = [...pending.values()];
    if (isExplained || !waiting.some(({ isSuspect }) => isSuspect)) {
      isCareful = false;
      for (const other of waiting) other.isSuspect = false;
    }
    sendWaiting();
  };
  const onLine = (own: Life, line: string): void => {
    if (own !== life) return;
    const reply = parsed(line);
    const one = typeof reply?.id === 'number' ? pending.get(reply.id) : undefined;
    if (reply === null || one === undefined) {
      // What a program prints besides is none of our business, unless nothing else comes.
      if (line.trim() !== '') own.stray = line;
    } else if (reply.started === true && !('score' in reply)) {
      own.isStarting = false;
      one.hasBegun = true;
      stopClock(one);
      startClock(one);
    } else {
      own.isStarting = false;
      own.hasReplied = true;
      own.stray = null;
      onReply(one, reply);
    }
  };
  const onEnd = (how: string, late: Pending | null): void => {
    const { hasReplied = false, stray = null } = life ?? {};
    life = null;
    const sent = [...pending.values()].filter(({ isSent }) => isSent);
    const begun = sent.filter(({ hasBegun }) => hasBegun);
    const inside = begun.length > 0 ? begun : sent;
    for (const one of sent) {
      stopClock(one);
      one.isSent = false;
      one.hasBegun = false;
    }
    const what = `${how}${stray === null ? '' : `; its last line that is no reply: ${shownLine(stray)}`}`;
    const [first] = inside;
    if (first !== undefined) isCareful = true;
    // One that replied before may have died of that, or may have been about to end.
    if (first !== undefined && inside.length === 1 && (late !== null || !hasReplied)) {
      isExplained = true;
      likeliest = null;
      deadlyInARow += 1;
      if (deadlyInARow >= MOST_DEADLY_CASES)
        givenUp = `the scorer is given up, after ${deadlyInARow} cases in a row it ${what}`;
      fail(first, `the scorer ${what}`);
    } else if (first !== undefined) {
      isExplained = false;
      likeliest = late;
      for (const one of inside) one.isSuspect = true;
    }
    sendWaiting();
  };
  const startLife = (): Life => {
    const started: Life = {
      process: startScorerProcess(command, directory, {
        onLine: (line) => onLine(started, line),
        onEnd: (how) => {
          if (life === started) onEnd(how, null);
        },
      }),
      isStarting: true,
      hasReplied: false,
      stray: null,
    };
    return started;
  };

  return {
    score: (one, output, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (givenUp !== null) return resolve({ kind: 'failed', detail: givenUp });
        lastId += 1;
        const { position: _, ...rest } = one;
        const waiting: Pending = {
          id: lastId,
          line: `${JSON.stringify({ id: lastId, case: rest, output })}\n`,
          settle: (scored) => {
            signal.removeEventListener('abort', stop);
            resolve(scored);
          },
          isSent: false,
          hasBegun: false,
          isSuspect: false,
          clock: null,
        };
        const stop = (): void => {
          stopClock(waiting);
          pending.delete(waiting.id);
          reject(signal.reason as Error);
          if (isCareful) sendWaiting();
        };
        signal.addEventListener('abort', stop, { once: true });
        pending.set(waiting.id, waiting);
        sendWaiting();
      }),
    close: async () => {
      isClosed = true;
      await life?.process.close();
    },
  };
};

const stopClock = (one: Pending): void => {
  if (one.clock !== null) clearTimeout(one.clock);
  one.clock = null;
};

const parsed = (line: string): { readonly id?: unknown; readonly started?: unknown } | null => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
};

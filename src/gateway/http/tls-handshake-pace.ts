import type { Socket } from 'node:net';

export interface HandshakePace {
  /** Begins the handshake at once, or when there is time for it; never when the connection has ended by then. */
  ask(socket: Socket): void;
  /** Connections that wait for their turn, or have ended waiting for it. */
  waiting(): number;
}

/** So much may be spent at a stretch. */
const STRETCH_MS = 20;
/** After each stretch others get as long. */
const COST_FACTOR = 2;

const SWEEP_AT_LEAST = 256;

/**
 * Keeps a flood of handshakes from taking the time of requests that are under way: beginning them takes half of the process's time at
 * most. Of those that wait the newest goes first, for its client is the likeliest to be still there.
 */
export function openHandshakePace(begin: (socket: Socket) => void): HandshakePace {
  let waiting: Socket[] = [];
  let sweepAt = SWEEP_AT_LEAST;
  let paidUntilMs = 0;
  let timer: NodeJS.Timeout | null = null;
  const hasTime = (): boolean => paidUntilMs - performance.now() < STRETCH_MS;
  const start = (socket: Socket, andThen: () => void): void => {
    const fromMs = performance.now();
    begin(socket);
    // What the client has sent is read, and the dear part computed, in the tick that this one comes behind.
    process.nextTick(() => {
      paidUntilMs = Math.max(paidUntilMs, fromMs) + COST_FACTOR * (performance.now() - fromMs);
      andThen();
    });
  };
  const goOn = (): void => {
    let newest = waiting.pop();
    while (newest?.destroyed) newest = waiting.pop();
    if (newest !== undefined) start(newest, goOnOrRest);
  };
  const goOnOrRest = (): void => {
    if (hasTime()) goOn();
    else if (waiting.length > 0) later();
  };
  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      goOn();
    }, STRETCH_MS);
  };
  return {
    ask(socket) {
      if (timer === null && hasTime()) {
        start(socket, () => {});
        return;
      }
      waiting.push(socket);
      // Under a flood the oldest never get their turn; those of them that are gone must not stay for that.
      if (waiting.length >= sweepAt) {
        waiting = waiting.filter(({ destroyed }) => !destroyed);
        sweepAt = Math.max(SWEEP_AT_LEAST, 2 * waiting.length);
      }
      later();
    },
    waiting: () => waiting.length,
  };
}

/** What a wall clock that is right shows when the world begins. */
export const wallStartMs = 1_700_000_000_000;

/** The one true time of a simulated world. Nothing in it waits for real time. */
export interface VirtualTime {
  /** Milliseconds since the world began. */
  nowMs(): number;
  /**
   * Calls back after a delay, in order of time and then of asking; returns the cancellation. `isSync` says that the
   * callback sets no promise in motion, so that nothing has to settle after it.
   */
  after(delayMs: number, callback: () => void, isSync?: boolean): () => void;
  /** Lets everything happen that is due until then. Stops early when `isOver` says so. */
  runUntil(untilMs: number, isOver: () => boolean): Promise<void>;
}

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly isSync: boolean;
  callback: (() => void) | null;
}

export const openVirtualTime = (): VirtualTime => {
  const heap: Timer[] = [];
  let now = 0;
  let lastOrder = 0;

  const push = (timer: Timer): void => {
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(timer, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  };
  const pop = (): Timer => {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  };

  return {
    nowMs: () => now,
    after(delayMs, callback, isSync = false) {
      lastOrder += 1;
      const timer: Timer = { atMs: now + Math.max(0, delayMs), order: lastOrder, isSync, callback };
      push(timer);
      return () => {
        timer.callback = null;
      };
    },
    runUntil: (untilMs, isOver) =>
      outsideOfPromises(() => {
        settlePromises();
        while (heap.length > 0 && heap[0]!.atMs <= untilMs && !isOver()) {
          const { atMs, callback, isSync } = pop();
          if (callback === null) continue;
          now = atMs;
          callback();
          if (!isSync) settlePromises();
        }
        now = Math.max(now, untilMs);
      }),
  };
};

const isBefore = (a: Timer, b: Timer): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** Runs it in a turn of the event loop of its own, where no promise waits for the present one to return. */
const outsideOfPromises = (run: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        run();
        resolve();
      } catch (error) {
        reject(error as Error);
      }
    });
  });

/**
 * Lets every promise that can settle do so. Node.js does this after each callback by itself; asked for directly it costs an
 * eighth of a turn of the event loop, which a scenario would need thousands of.
 */
const settlePromises = (process as unknown as { readonly _tickCallback: () => void })._tickCallback;

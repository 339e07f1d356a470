import type { Clock } from '../../ports/clock.ts';

/** Time that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Lets time pass; timers fire in order and whatever they set in motion settles before the next. */
  advance(ms: number): Promise<void>;
}

export const openVirtualClock = (startMs = 1_700_000_000_000): VirtualClock => {
  let nowMs = startMs;
  let order = 0;
  const timers = new Map<number, { atMs: number; order: number; callback: () => void }>();
  const nextDue = (untilMs: number) =>
    [...timers.entries()]
      .filter(([, timer]) => timer.atMs <= untilMs)
      .sort(([, a], [, b]) => a.atMs - b.atMs || a.order - b.order)[0];
  return {
    nowMs: () => nowMs,
    after(delayMs, callback) {
      const id = ++order;
      timers.set(id, { atMs: nowMs + Math.max(0, delayMs), order: id, callback });
      return () => timers.delete(id);
    },
    async advance(ms) {
      // What was just set in motion may want timers of its own.
      await settle();
      const untilMs = nowMs + ms;
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        timers.delete(due[0]);
        nowMs = due[1].atMs;
        due[1].callback();
        await settle();
      }
      nowMs = untilMs;
      await settle();
    },
  };
};

/** Enough turns of the event loop for in-memory adapters to answer each other. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

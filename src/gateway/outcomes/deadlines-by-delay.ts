import { type Deadlines, openDeadlines } from './deadlines.ts';

/** Deadlines whose delay differs between items, such as the limits of different services. */
export interface DeadlinesByDelay<T> {
  add(item: T, nowMs: number, delayMs: number): void;
  /** Hands over everything that is due; `nowMs` must not run backwards. */
  expire(nowMs: number, onDue: (item: T) => void): void;
}

export function openDeadlinesByDelay<T>(): DeadlinesByDelay<T> {
  const byDelay = new Map<number, Deadlines<T>>();
  return {
    add(item, nowMs, delayMs) {
      let deadlines = byDelay.get(delayMs);
      if (deadlines === undefined) {
        deadlines = openDeadlines(delayMs);
        byDelay.set(delayMs, deadlines);
      }
      deadlines.add(item, nowMs);
    },
    expire(nowMs, onDue) {
      for (const [delayMs, deadlines] of byDelay) {
        deadlines.expire(nowMs, onDue);
        if (deadlines.size() === 0) byDelay.delete(delayMs);
      }
    },
  };
}

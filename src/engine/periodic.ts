import type { Clock } from '../ports/clock.ts';

/** Tasks that come back, each so long after it was done before. */
export interface Periodic {
  every(periodMs: number, task: () => void): void;
  stop(): void;
}

export const openPeriodic = (clock: Clock): Periodic => {
  const cancels = new Set<() => void>();
  let isStopped = false;
  const every = (periodMs: number, task: () => void): void => {
    const cancel = clock.after(periodMs, () => {
      cancels.delete(cancel);
      if (isStopped) return;
      task();
      every(periodMs, task);
    });
    cancels.add(cancel);
  };
  return {
    every,
    stop() {
      isStopped = true;
      for (const cancel of cancels) cancel();
    },
  };
};

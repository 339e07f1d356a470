import type { Clock } from '../../ports/clock.ts';

/** Resolves after the delay, or as soon as the signal aborts; never rejects. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(Math.max(0, delayMs), done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

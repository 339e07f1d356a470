import type { RunSummary } from '../../core/evaluation/run/run-record.ts';

export type StopReason = NonNullable<RunSummary['stoppedBy']>;

/** Why a run ends before its last case, and what is done about the calls under way. */
export interface Stopping {
  /** The first reason stays. `isNow` cuts what is under way; otherwise it may end. */
  readonly stop: (why: StopReason, isNow: boolean) => void;
  readonly reason: () => StopReason | null;
  /** Nothing new is begun any more, not even a further repeat of a case. */
  readonly isEnding: () => boolean;
  /** Aborted when what is under way is cut. */
  readonly cut: AbortSignal;
  /** Lets go of clock and signal. */
  readonly end: () => void;
}

/**
 * Stops a run when `interrupted` is aborted and when the time that is left to it is over; null: it has all the time there is. What is under way is cut by
 * both, and not by `ending`.
 */
export const startStopping = (
  interrupted: AbortSignal,
  ending: AbortSignal | undefined,
  timeMs: number | null,
): Stopping => {
  const cut = new AbortController();
  let reason: StopReason | null = null;
  const stop = (why: StopReason, isNow: boolean): void => {
    reason ??= why;
    if (isNow) cut.abort();
  };
  const onInterrupt = (): void => stop('interrupted', true);
  interrupted.addEventListener('abort', onInterrupt, { once: true });
  if (interrupted.aborted) onInterrupt();
  const onEnding = (): void => stop('interrupted', false);
  ending?.addEventListener('abort', onEnding, { once: true });
  if (ending?.aborted === true) onEnding();
  if (timeMs !== null && timeMs <= 0) stop('budget', true);
  // A timer of more than 24 days would go off at once.
  const timer =
    timeMs === null
      ? null
      : setTimeout(() => stop('budget', true), Math.max(0, Math.min(timeMs, 2 ** 31 - 1)));
  return {
    stop,
    reason: () => reason,
    isEnding: () => cut.signal.aborted || ending?.aborted === true,
    cut: cut.signal,
    end: () => {
      if (timer !== null) clearTimeout(timer);
      interrupted.removeEventListener('abort', onInterrupt);
      ending?.removeEventListener('abort', onEnding);
    },
  };
};

import type { WireAnswer } from './answer-view.ts';
import type { LocalCheck } from './compile-checks.ts';

export type ToThread =
  | { readonly type: 'take'; readonly checker: number; readonly checks: readonly LocalCheck[] }
  | { readonly type: 'forget'; readonly checker: number }
  | {
      readonly type: 'job';
      readonly job: number;
      readonly checker: number;
      readonly answer: WireAnswer;
      readonly wantsText: boolean;
    };

export type FromThread =
  | { readonly type: 'untakeable'; readonly checker: number; readonly problem: string }
  | { readonly type: 'done'; readonly job: number; readonly result: LocalResult };

/** `text` is the answer as a reader would see it, put together from its stream; null unless asked for. */
export type LocalResult =
  | { readonly kind: 'valid'; readonly text: string | null }
  | { readonly kind: 'invalid'; readonly check: number; readonly fault: string }
  | { readonly kind: 'unchecked' };

/**
 * What the thread works on right now, in memory that both sides see: the only thing that can be read while it is stuck. Slot 0:
 * monotonic nanosecond at which the step began, 0 when idle. Slot 1: number of the job, or minus the number of the checker that is being
 * compiled. Slot 2: nanoseconds the step may take.
 */
export type Progress = BigInt64Array;

export interface Step {
  readonly startedAt: bigint;
  readonly ageMs: number;
  readonly limitMs: number;
}

export const newProgress = (): Progress => new BigInt64Array(new SharedArrayBuffer(24));

export function beginStep(progress: Progress, limitMs: number, work: number): void {
  Atomics.store(progress, 1, BigInt(work));
  Atomics.store(progress, 2, BigInt(Math.round(limitMs * 1e6)));
  Atomics.store(progress, 0, process.hrtime.bigint());
}

export function endSteps(progress: Progress): void {
  Atomics.store(progress, 0, 0n);
  Atomics.store(progress, 1, 0n);
}

/** Null when it is idle. */
export function stepUnderWay(progress: Progress): Step | null {
  const startedAt = Atomics.load(progress, 0);
  if (startedAt === 0n) return null;
  return {
    startedAt,
    ageMs: Number(process.hrtime.bigint() - startedAt) / 1e6,
    limitMs: Number(Atomics.load(progress, 2)) / 1e6,
  };
}

/** See `Progress`; 0 when it is idle. */
export const workUnderWay = (progress: Progress): number => Number(Atomics.load(progress, 1));

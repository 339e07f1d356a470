import type { Worker } from 'node:worker_threads';
import { type Progress, stepUnderWay } from './thread-messages.ts';

/** Looked at again and again while a thread works; says when a step has had its time. */
export interface StepWatch {
  look(): void;
}

/** From here on a step is watched closely, as a part of its limit. */
const CLOSELY_FROM = 0.2;
/** Of its limit, what a step must have used of a processor after that before its time is over. */
const WORKED_AT_LEAST = 0.6;
/** In limits: so late it is over, whatever it did. */
const LATEST = 8;

/**
 * A step is overdue when its limit has passed and its thread has been at work for most of that: on a machine with more to do than
 * processors, a thread that only waits for its turn has done nothing wrong. `onOverdue` may be called more than once.
 */
export function openStepWatch(
  worker: Pick<Worker, 'cpuUsage'>,
  progress: Progress,
  onOverdue: () => void,
): StepWatch {
  let seen: { readonly startedAt: bigint; cpuMs: number | null; isAsking: boolean } | null = null;

  return {
    look() {
      const step = stepUnderWay(progress);
      if (step === null || step.ageMs < step.limitMs * CLOSELY_FROM) return;
      if (step.ageMs > step.limitMs * LATEST) {
        onOverdue();
        return;
      }
      if (seen?.startedAt !== step.startedAt)
        seen = { startedAt: step.startedAt, cpuMs: null, isAsking: false };
      const own = seen;
      const isLate = step.ageMs > step.limitMs;
      if (own.isAsking || (own.cpuMs !== null && !isLate)) return;
      own.isAsking = true;
      void cpuMsOf(worker).then((cpuMs) => {
        own.isAsking = false;
        if (cpuMs === null) {
          // Before Node.js 24.6 nobody can tell, so time alone decides.
          if (isLate && stepUnderWay(progress)?.startedAt === own.startedAt) onOverdue();
        } else if (own.cpuMs === null) own.cpuMs = cpuMs;
        else if (
          isLate &&
          cpuMs - own.cpuMs >= step.limitMs * WORKED_AT_LEAST &&
          stepUnderWay(progress)?.startedAt === own.startedAt
        )
          onOverdue();
      });
    },
  };
}

/** The answer comes even out of an endless loop; what cannot be interrupted answers too late and runs into `LATEST`. */
async function cpuMsOf(worker: Pick<Worker, 'cpuUsage'>): Promise<number | null> {
  try {
    const { user, system } = await worker.cpuUsage();
    return (user + system) / 1000;
  } catch {
    return null;
  }
}

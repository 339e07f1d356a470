import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosedLoad } from '../../core/evaluation/load/load-plan.ts';
import type { LoadCaller, LoadStop } from './load-caller.ts';

/** After a failure, or a target that refuses would be asked as fast as the machine can. */
const REST_AFTER_ERROR_MS = 10;

/** So many callers ask one request after the other until the time is over. Ends when their last ones have ended. */
export const closedLoop = async (
  { durationMs, warmUpMs }: Pick<ClosedLoad, 'durationMs' | 'warmUpMs'>,
  callers: number,
  caller: LoadCaller,
): Promise<LoadStop | null> => {
  let stopped: LoadStop | null = null;
  const work = async (): Promise<void> => {
    while (stopped === null && caller.nowMs() < warmUpMs + durationMs) {
      stopped ??= caller.stop();
      if (stopped !== null) return;
      if (!(await caller.send(caller.nowMs()))) await sleep(REST_AFTER_ERROR_MS);
    }
  };
  await Promise.all(Array.from({ length: callers }, work));
  return stopped;
};

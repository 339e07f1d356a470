import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenLoad } from '../../core/evaluation/load/load-plan.ts';
import { sendTimes } from '../../core/evaluation/load/send-times.ts';
import type { Random } from '../../core/evaluation/seeded-random.ts';
import type { LoadCaller, LoadStop } from './load-caller.ts';

/** So many sends without a pause, and answers would not be read. */
const MOST_IN_A_ROW = 16;
/** A wait is cut up, so that a stop is seen. */
const LONGEST_SLEEP_MS = 250;

/**
 * Sends requests when the schedule says so, whatever became of those before; what would be one too many is missed. Ends when all that were
 * sent have ended.
 */
export const openLoop = async (
  { ratePerSecond, arrivals, durationMs, warmUpMs, mostUnderWay }: OpenLoad,
  caller: LoadCaller,
  random: Random,
): Promise<LoadStop | null> => {
  const underWay = new Set<Promise<boolean>>();
  let stopped: LoadStop | null = null;
  let inARow = 0;
  for (const intendedMs of sendTimes(arrivals, ratePerSecond, warmUpMs + durationMs, random)) {
    stopped = caller.stop();
    while (stopped === null && caller.nowMs() < intendedMs) {
      inARow = 0;
      await sleep(Math.min(LONGEST_SLEEP_MS, Math.max(1, Math.floor(intendedMs - caller.nowMs()))));
      stopped = caller.stop();
    }
    if (stopped !== null) break;
    inARow += 1;
    if (inARow > MOST_IN_A_ROW) {
      inARow = 0;
      await sleep(0);
    }
    if (caller.underWay() >= mostUnderWay) {
      caller.miss(intendedMs);
      continue;
    }
    const sent = caller.send(intendedMs).finally(() => underWay.delete(sent));
    underWay.add(sent);
  }
  await Promise.all(underWay);
  return stopped;
};

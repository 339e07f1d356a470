import type { Call } from './call.ts';

/** The calls under way in a process. */
export interface RunningCalls {
  readonly size: number;
  add(call: Call): void;
  delete(call: Call): void;
  /** Looks at the time-outs of each; calls may end and begin meanwhile. */
  check(nowMs: number): void;
}

/**
 * A list without gaps, and no `Set`: a set makes itself anew every so many entries, and each discarded table keeps its entries, and the
 * next table, for the garbage collector of short-lived objects. So every request would grow old with it.
 */
export function openRunningCalls(): RunningCalls {
  const calls: Call[] = [];
  return {
    get size() {
      return calls.length;
    },
    add(call) {
      if (call.place !== -1) return;
      call.place = calls.push(call) - 1;
    },
    delete(call) {
      const { place } = call;
      if (place === -1) return;
      call.place = -1;
      const last = calls.pop()!;
      if (last === call) return;
      calls[place] = last;
      last.place = place;
    },
    check(nowMs) {
      // From the end: what takes the place of one that ends has been looked at.
      for (let at = calls.length - 1; at >= 0; at -= 1) calls[at]?.check(nowMs);
    },
  };
}

import type { TrafficEvent } from './traffic-event.ts';

/** Future events, earliest first; of two at the same time, the one that was put in first. A binary heap. */
export interface EventQueue {
  push(event: TrafficEvent): void;
  /** Takes the earliest out if it is due at `atMs`. */
  takeDue(atMs: number): TrafficEvent | null;
}

interface Entry {
  readonly event: TrafficEvent;
  readonly order: number;
}

export const openEventQueue = (): EventQueue => {
  const heap: Entry[] = [];
  let pushed = 0;
  const isBefore = (a: Entry, b: Entry): boolean =>
    a.event.atMs < b.event.atMs || (a.event.atMs === b.event.atMs && a.order < b.order);

  return {
    push(event) {
      const entry = { event, order: pushed };
      pushed += 1;
      let at = heap.length;
      heap.push(entry);
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isBefore(entry, heap[parent]!)) break;
        heap[at] = heap[parent]!;
        at = parent;
      }
      heap[at] = entry;
    },
    takeDue(atMs) {
      const first = heap[0];
      if (first === undefined || first.event.atMs > atMs) return null;
      const last = heap.pop()!;
      if (heap.length > 0) sink(heap, last, isBefore);
      return first.event;
    },
  };
};

const sink = (heap: Entry[], entry: Entry, isBefore: (a: Entry, b: Entry) => boolean): void => {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (!isBefore(heap[child]!, entry)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = entry;
};

/** Items that fall due a fixed delay after they were added, in that order: adding and expiring cost the same for any number. */
export interface Deadlines<T> {
  add(item: T, nowMs: number): void;
  /** Hands over everything that is due; `nowMs` must not run backwards. */
  expire(nowMs: number, onDue: (item: T) => void): void;
  size(): number;
}

export function openDeadlines<T>(delayMs: number): Deadlines<T> {
  let items: (T | undefined)[] = [];
  let dueAtMs: number[] = [];
  let head = 0;
  return {
    add(item, nowMs) {
      items.push(item);
      dueAtMs.push(nowMs + delayMs);
    },
    expire(nowMs, onDue) {
      while (head < items.length && dueAtMs[head]! <= nowMs) {
        const item = items[head]!;
        items[head] = undefined;
        head += 1;
        onDue(item);
      }
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head);
        dueAtMs = dueAtMs.slice(head);
        head = 0;
      }
    },
    size: () => items.length - head,
  };
}

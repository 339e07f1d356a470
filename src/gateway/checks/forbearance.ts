export interface Forbearance {
  offended(nowMs: number): void;
  /** All is well again: the next rest is a short one. */
  behaved(): void;
  isOver(nowMs: number): boolean;
}

const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 60_000;
const FORGIVEN_AFTER_MS = 5 * 60_000;

/** How long something is left alone that did harm or gave no answer: twice as long each time. Monotonic milliseconds in. */
export function openForbearance(): Forbearance {
  let restMs = 0;
  let restsUntilMs = Number.NEGATIVE_INFINITY;
  return {
    offended(nowMs) {
      // What was under way when it began to rest tells nothing new.
      if (nowMs < restsUntilMs) return;
      if (nowMs > restsUntilMs + FORGIVEN_AFTER_MS) restMs = 0;
      restMs = restMs === 0 ? FIRST_REST_MS : Math.min(LONGEST_REST_MS, restMs * 2);
      restsUntilMs = nowMs + restMs;
    },
    behaved() {
      restMs = 0;
    },
    isOver: (nowMs) => nowMs >= restsUntilMs,
  };
}

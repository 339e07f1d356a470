/** Time as the shell sees it. The engine reads no other clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Calls back once after a delay; returns the cancellation. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Names for new things. The engine draws no random number by itself. */
export interface Ids {
  /** A short id that sorts by time, such as `ro_01k...`. */
  next(prefix: string): string;
  /** Unpredictable text for salts. */
  secret(): string;
}

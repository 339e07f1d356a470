/** Turns the events of one answer into those of the other interface. */
export interface StreamTranslator {
  /** What goes out for the data of an event, and may be nothing. Null: it is no event that can follow. */
  event(data: string): string | null;
  /** True once the answer is complete, or has said that it failed: a stream that ends before that was cut. */
  readonly isWhole: boolean;
  /** True once nothing can follow, so nobody need wait until the connection says so. */
  readonly isOver: boolean;
  /** True once the client has been told that the answer failed. */
  readonly hasFailed: boolean;
  /** What still goes out when the stream has ended; only asked when nothing was amiss. */
  end(): string;
}

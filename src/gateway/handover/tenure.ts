/**
 * Which of two processes of one gateway may do what only one may, while one takes the other's place: write the route file, keep the account of
 * limits, count sticky keys.
 */
export interface Tenure {
  /** `waiting`: the predecessor still does it all. `leaving`: the successor does. */
  phase: 'waiting' | 'serving' | 'leaving';
  /** The other process may still note sticky keys in the common file. */
  isShared: boolean;
  /** Boot of the process that serves in this one's place. */
  successor: string | null;
}

/** Of a process that waits for its turn. */
export const waitingTenure = (): Tenure => ({ phase: 'waiting', isShared: true, successor: null });

/** Of a process that has no predecessor and, so far, no successor. */
export const soleTenure = (): Tenure => ({ phase: 'serving', isShared: false, successor: null });

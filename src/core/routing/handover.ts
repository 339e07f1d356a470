/** How the process is started that is to take another one's place. Given by whoever started that one. */
export interface SuccessorOrder {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Of the successor. */
  readonly boot: string;
}

/** A gateway process tells how far it has got with handing over. */
export interface HandoverNews {
  readonly type: 'handover';
  /** Of the successor. */
  readonly boot: string;
  /**
   * `started`: the successor's process is there and gets ready. `done`: it accepts what comes; this one finishes what it has. `failed`: this
   * one goes on as if nothing had been asked.
   */
  readonly state: 'started' | 'done' | 'failed';
  /** Of the successor; 0 when there is none. */
  readonly pid: number;
  /** Why it failed; empty otherwise. */
  readonly detail: string;
}

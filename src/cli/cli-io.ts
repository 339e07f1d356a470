/** The outside of the command line, so that a test can run it in-process. */
export interface CliIo {
  /** Data. */
  readonly out: (text: string) => void;
  /** Everything else. */
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Somebody sits there who can be asked: input and standard error are a terminal. */
  readonly canAsk: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Resolves true for a yes. Never called unless `canAsk`. */
  readonly ask: (question: string) => Promise<boolean>;
  readonly nowMs: () => number;
  /** Ends when the person presses Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Ends when they press it again, which from this call on does not end the process by itself; a third time does. */
  readonly interruptedAgain: () => AbortSignal;
  readonly fetch: typeof fetch;
  /** Name of the person at the keyboard; empty when it is not known. */
  readonly userName: string;
}

import { spawn } from 'node:child_process';

const LONGEST_LINE_CHARACTERS = 1024 * 1024;
/** How long a program may take to end after its input has. */
const LAST_MOMENTS_MS = 1_000;

export interface ScorerProcess {
  readonly write: (line: string) => void;
  readonly kill: () => void;
  /** Ends its input and waits until it is gone. */
  readonly close: () => Promise<void>;
}

export interface ScorerProcessEvents {
  readonly onLine: (line: string) => void;
  /** Once, with how it ended, such as `ended with code 7`. */
  readonly onEnd: (how: string) => void;
}

/** Starts a program that reads lines and writes lines; its standard error is ours. */
export const startScorerProcess = (
  [program = '', ...args]: readonly string[],
  directory: string,
  { onLine, onEnd }: ScorerProcessEvents,
): ScorerProcess => {
  const child = spawn(program, args, { cwd: directory, stdio: ['pipe', 'pipe', 'inherit'] });
  let rest = '';
  let hasEnded = false;
  const end = (how: string): void => {
    if (hasEnded) return;
    hasEnded = true;
    onEnd(how);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE_CHARACTERS) child.kill('SIGKILL');
    for (const line of lines) onLine(line);
  });
  // Broken pipes are told by the end of the process.
  child.stdin.on('error', () => {});
  child.on('error', (error) => end(`cannot be started: ${error.message}`));
  child.on('close', (code, signal) =>
    end(`ended with ${signal === null ? `code ${code}` : `signal ${signal}`}`),
  );
  return {
    write: (line) => child.stdin.write(line),
    kill: () => child.kill('SIGKILL'),
    async close() {
      if (hasEnded) return;
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), LAST_MOMENTS_MS);
      await gone;
      clearTimeout(timer);
    },
  };
};

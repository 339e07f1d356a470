import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { endWithUs } from './end-with-us.ts';

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

/**
 * Starts a program that reads lines and writes lines; its standard error is ours. It has a process group of its own, so that what it started itself (of
 * `sh -c`, `npx` or `uv run` that is the scorer) ends with it, and an interrupt of the terminal reaches only us.
 */
export const startScorerProcess = (
  [program = '', ...args]: readonly string[],
  directory: string,
  { onLine, onEnd }: ScorerProcessEvents,
): ScorerProcess => {
  const child = spawn(program, args, {
    cwd: directory,
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: HAS_GROUPS,
  });
  let hasExited = false;
  const kill = (): void => {
    // Another's group may have its number later.
    if (!hasExited) killGroup(child);
  };
  const isGone = endWithUs(kill);
  let lastMoments: NodeJS.Timeout | undefined;
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
    if (rest.length > LONGEST_LINE_CHARACTERS) kill();
    for (const line of lines) onLine(line);
  });
  // Broken pipes are told by the end of the process.
  child.stdin.on('error', () => {});
  child.on('error', (error) => {
    if (child.pid === undefined) isGone();
    end(`cannot be started: ${error.message}`);
  });
  child.on('exit', () => {
    isGone();
    // `close` comes when nobody holds its output any longer: not one that it left behind, nor, a little later, one that left its group.
    kill();
    hasExited = true;
    lastMoments = setTimeout(() => child.stdout.destroy(), LAST_MOMENTS_MS);
  });
  child.on('close', (code, signal) => {
    clearTimeout(lastMoments);
    end(`ended with ${signal === null ? `code ${code}` : `signal ${signal}`}`);
  });
  return {
    write: (line) => child.stdin.write(line),
    kill,
    async close() {
      if (hasEnded) return;
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      const timer = setTimeout(kill, LAST_MOMENTS_MS);
      await gone;
      clearTimeout(timer);
    },
  };
};

const HAS_GROUPS = process.platform !== 'win32';

const killGroup = (child: ChildProcess): void => {
  if (!HAS_GROUPS || child.pid === undefined) {
    child.kill('SIGKILL');
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody of it is left.
  }
};

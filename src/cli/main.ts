import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { CliIo } from './cli-io.ts';
import { runCli } from './run-cli.ts';

/** The process as the command line sees it. */
const processIo = (interrupted: AbortSignal): CliIo => ({
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  isTerminal: process.stdout.isTTY === true,
  canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
  get columns() {
    return process.stdout.columns ?? 100;
  },
  get rows() {
    return process.stdout.rows ?? 50;
  },
  ask: async (question) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test(
        (await terminal.question(`${question} [y/N] `, { signal: interrupted })).trim(),
      );
    } finally {
      terminal.close();
    }
  },
  nowMs: Date.now,
  interrupted,
  interruptedAgain: () => {
    const again = new AbortController();
    const hear = (): void => {
      process.once('SIGINT', () => again.abort());
    };
    if (interrupted.aborted) hear();
    else interrupted.addEventListener('abort', hear, { once: true });
    return again.signal;
  },
  fetch,
  userName: userName(),
});

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number without a name.
    return '';
  }
};

const argv = process.argv.slice(2);
const interrupt = new AbortController();
// `up` has its own way to end; everything else detaches, and a second Ctrl-C ends it at once unless the command hears it, too.
if (argv[0] !== 'up') process.once('SIGINT', () => interrupt.abort());
// A reader that leaves (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runCli(argv, processIo(interrupt.signal));

import type { CliIo } from '../cli-io.ts';
import { runCli } from '../run-cli.ts';

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process and collects what it said. */
export const runInProcess = async (argv: readonly string[], io: Partial<CliIo> = {}): Promise<CliRun> => {
  let out = '';
  let err = '';
  const code = await runCli(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    cwd: '/',
    isTerminal: false,
    canAsk: false,
    columns: 80,
    rows: 50,
    ask: async () => {
      throw new Error('nobody may be asked here');
    },
    nowMs: Date.now,
    interrupted: new AbortController().signal,
    interruptedAgain: () => new AbortController().signal,
    fetch: async () => {
      throw new Error('no network here');
    },
    userName: 'jane',
    ...io,
  });
  return { code, out, err };
};

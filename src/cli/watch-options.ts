import type { CommandContext, OptionSpec } from './command.ts';
import { parseDuration } from './parse-duration.ts';

export const watchOptions: readonly OptionSpec[] = [
  { flags: '-w, --watch', summary: 'show the rollout until it is over (default on a terminal)' },
  { flags: '--no-watch', summary: 'only start it' },
  {
    flags: '--timeout <duration>',
    summary: 'watch for so long at most; exit code 8 when it still runs then',
    parse: parseDuration,
  },
];

export const wantsWatch = ({ io, options, format }: CommandContext): boolean =>
  typeof options.watch === 'boolean'
    ? options.watch
    : options.timeout !== undefined || (io.isTerminal && format === 'table');

export const watchTimeoutMs = ({ options }: CommandContext): number | undefined =>
  typeof options.timeout === 'number' ? options.timeout : undefined;

import { resolve } from 'node:path';
import type { CommandContext, OptionSpec } from './command.ts';

/** What is printed, where it is not text for people. */
const printed = ['table', 'json', 'markdown'] as const;

export type PrintedFormat = (typeof printed)[number];

export interface ReportOutputs {
  readonly printed: PrintedFormat;
  /** Whole paths. */
  readonly files: readonly string[];
}

const isPrinted = (text: string): text is PrintedFormat => (printed as readonly string[]).includes(text);

/** `-o`, which may be given several times: a file gets a report by its ending, a format is printed. */
export const reportOutput = (endings: string): OptionSpec => ({
  flags: '-o, --output <file or format>',
  summary: `write a file (${endings}), or print as ${printed.join(', ')}; may be repeated`,
  parse: (text: string, before?: unknown) => [...(Array.isArray(before) ? (before as string[]) : []), text],
});

/** The last format that was named is printed; `table` where none was. */
export const reportOutputs = ({ io, options }: Pick<CommandContext, 'io' | 'options'>): ReportOutputs => {
  const given: readonly string[] = Array.isArray(options.output) ? (options.output as string[]) : [];
  return {
    printed: given.filter(isPrinted).at(-1) ?? 'table',
    files: given.filter((one) => !isPrinted(one)).map((file) => resolve(io.cwd, file)),
  };
};

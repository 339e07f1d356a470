import type { Client } from '../client/client.ts';
import type { CliIo } from './cli-io.ts';
import type { Palette } from './render/palette.ts';

export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml';

export interface OptionSpec {
  /** As commander reads them: `-t, --to <environment>`. */
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  readonly parse?: (text: string) => unknown;
}

export interface ArgumentSpec {
  /** `[name]` or `<name>`. */
  readonly name: string;
  readonly summary: string;
  readonly choices?: readonly string[];
}

/** What a command is: its help comes from here too. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly examples?: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Adds the options of a group. `lane`: which service and environment; `output`: -o; `confirm`: --yes. */
  readonly uses?: readonly ('server' | 'lane' | 'output' | 'confirm')[];
  /** Resolves with the exit code. */
  readonly run: (context: CommandContext) => Promise<number>;
}

/** Commands under one word, such as `eval run` and `eval diff`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly commands: readonly CommandSpec[];
}

export interface CommandContext {
  readonly io: CliIo;
  readonly arguments: readonly (string | undefined)[];
  readonly options: CommandOptions;
  readonly palette: Palette;
  readonly format: OutputFormat;
  /** Finds the server, says on stderr which one, and opens a client. @throws TidegateError */
  readonly connect: () => Promise<Client>;
  /** Writes data in the format asked for; `table` makes the text for people. */
  readonly show: (value: unknown, table: (isWide: boolean) => string) => void;
  /** A line that is no data. */
  readonly say: (line: string) => void;
}

/** By their long name in camel case; what commander parsed. */
export interface CommandOptions {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly service?: string;
  readonly env?: string;
  readonly yes?: boolean;
  readonly reason?: string;
  readonly file?: string;
  readonly [name: string]: unknown;
}

import { Command, CommanderError, Option } from 'commander';
import { stringify } from 'yaml';
import { createClient } from '../client/client.ts';
import { isTidegateError, TidegateError } from '../errors.ts';
import { packageVersion } from '../package-version.ts';
import type { CliIo } from './cli-io.ts';
import type {
  CommandContext,
  CommandGroup,
  CommandOptions,
  CommandSpec,
  OptionSpec,
  OutputFormat,
} from './command.ts';
import { commands } from './commands.ts';
import { exitCode, exitCodeOfError } from './exit-code.ts';
import { findServer } from './find-server.ts';
import { palette } from './render/palette.ts';
import { problemLine } from './render/problem-line.ts';
import { renderError } from './render/render-error.ts';
import { trustAuthority } from './trust-authority.ts';

/** Runs one command line (without node and script) and resolves with its exit code. Never ends the process. */
export const runCli = async (argv: readonly string[], io: CliIo): Promise<number> => {
  let code: number = exitCode.good;
  let format: OutputFormat = 'table';
  const program = new Command('tidegate')
    .description('The release engine for AI services.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help')
    .showSuggestionAfterError(true);
  // Otherwise `ship --version 1.2.0` would print the version of the tool.
  program.enablePositionalOptions();
  const add = (parent: Command, spec: CommandSpec | CommandGroup): void => {
    if ('commands' in spec) {
      const group = new Command(spec.name).summary(spec.summary).description(spec.details ?? spec.summary);
      group.enablePositionalOptions();
      for (const inner of spec.commands) add(group, inner);
      parent.addCommand(group);
      return;
    }
    parent.addCommand(
      toCommander(spec, async (context) => {
        const prepared = contextOf(context, io);
        format = prepared.format;
        code = await spec.run(prepared);
      }),
    );
  };
  for (const spec of commands) add(program, spec);
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])])
    command
      .exitOverride()
      .configureOutput({ writeOut: io.out, writeErr: io.err, getOutHelpWidth: () => io.columns });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return exitCodeOfFailure(error, io, format);
  }
};

const exitCodeOfFailure = (error: unknown, io: CliIo, format: OutputFormat): number => {
  // Help and version end this way too, with 0; a wrong command line has been explained already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.good : exitCode.usage;
  if (io.interrupted.aborted) return exitCode.interrupted;
  const isForProgram = format === 'json' || format === 'yaml';
  io.err(
    `${isForProgram ? problemLine(error) : renderError(error, io.env.TIDEGATE_DEBUG === '1', colours(io))}\n`,
  );
  return isTidegateError(error) ? exitCodeOfError(error) : exitCode.failed;
};

const colours = (io: CliIo) => palette(io.isTerminal && !io.env.NO_COLOR && io.env.TERM !== 'dumb');

interface Parsed {
  readonly arguments: readonly (string | undefined)[];
  readonly options: CommandOptions;
}

const optionGroups: Readonly<Record<'server' | 'lane' | 'output' | 'confirm', readonly OptionSpec[]>> = {
  server: [
    { flags: '--server <url>', summary: 'the control plane (or TIDEGATE_SERVER)' },
    { flags: '--token-file <path>', summary: 'file with the token (or TIDEGATE_TOKEN)' },
    { flags: '--ca <path>', summary: 'PEM file of an authority to trust as well (or TIDEGATE_CA)' },
  ],
  lane: [
    { flags: '-s, --service <name>', summary: 'the service (default: that of ./tidegate.yaml)' },
    { flags: '-e, --env <name>', summary: 'the environment (default: the only one that can be meant)' },
  ],
  output: [
    {
      flags: '-o, --output <format>',
      summary:
        'how to print; with json and yaml, an error is a line of JSON at the end of stderr (not that of a wrong command line)',
      choices: ['table', 'wide', 'json', 'yaml'],
      default: 'table',
    },
  ],
  confirm: [{ flags: '-y, --yes', summary: 'do not ask; needed where nobody can be asked' }],
};

const toCommander = (spec: CommandSpec, run: (parsed: Parsed) => Promise<void>): Command => {
  const command = new Command(spec.name).summary(spec.summary).description(spec.details ?? spec.summary);
  for (const argument of spec.arguments ?? []) {
    const created = command.createArgument(argument.name, argument.summary);
    command.addArgument(argument.choices === undefined ? created : created.choices([...argument.choices]));
  }
  const options = [...(spec.options ?? []), ...(spec.uses ?? []).flatMap((group) => optionGroups[group])];
  for (const option of options) command.addOption(toOption(option));
  if (spec.examples !== undefined)
    command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  $ ${line}`).join('\n')}`);
  return command.action(async () => {
    await run({ arguments: command.processedArgs, options: command.opts<CommandOptions>() });
  });
};

const toOption = ({ flags, summary, choices, default: fallback, parse }: OptionSpec): Option => {
  const option = new Option(flags, summary);
  if (choices !== undefined) option.choices([...choices]);
  if (fallback !== undefined) option.default(fallback);
  if (parse !== undefined) option.argParser(parse);
  return option;
};

const contextOf = ({ arguments: given, options }: Parsed, io: CliIo): CommandContext => {
  const format = (options.output ?? 'table') as OutputFormat;
  const say = (line: string): void => io.err(`${line}\n`);
  return {
    io,
    arguments: given,
    options,
    format,
    palette: colours(io),
    say,
    async connect() {
      const { server, token } = findServer(io, options);
      trustAuthority(io, options);
      say(`Server ${server}`);
      return createClient({ server, token, actor: actorName(io), fetch: io.fetch });
    },
    show(value, table) {
      switch (format) {
        case 'json':
          return io.out(`${JSON.stringify(value, null, 2)}\n`);
        case 'yaml':
          return io.out(stringify(JSON.parse(JSON.stringify(value)) as unknown));
        case 'table':
        case 'wide':
          return io.out(`${table(format === 'wide')}\n`);
      }
    },
  };
};

/** Only what the header can carry; a name that cannot be said is left out rather than bent. */
const actorName = (io: CliIo): string => {
  const name = io.env.TIDEGATE_ACTOR ?? io.userName;
  if (/^[\x20-\x27\x2a-\x7e]{0,64}$/.test(name)) return name;
  if (io.env.TIDEGATE_ACTOR === undefined) return '';
  throw new TidegateError(
    'bad-request',
    'TIDEGATE_ACTOR takes at most 64 printable ASCII characters without parentheses.',
  );
};

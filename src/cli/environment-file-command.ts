import { resolve } from 'node:path';
import type { Client } from '../client/client.ts';
import { TidegateError } from '../errors.ts';
import type { CommandSpec } from './command.ts';
import { confirm } from './confirm.ts';
import { exitCode } from './exit-code.ts';
import { onlyEnvironment } from './only-environment.ts';

/** What an environment goes by and a file can change, such as its limits. */
export interface EnvironmentFile<Wanted, Present> extends Pick<CommandSpec, 'name' | 'summary' | 'details'> {
  /** For help: what the file is. */
  readonly fileIs: string;
  readonly load: (file: string) => Wanted;
  readonly read: (client: Client, environment: string) => Promise<Present>;
  /** Null: back to what holds without a file. */
  readonly write: (client: Client, environment: string, wanted: Wanted | null) => Promise<Present>;
  readonly render: (present: Present) => string;
  /** Asked before it is cleared. */
  readonly clearing: (environment: string) => string;
  readonly whenInForce: string;
}

/** A command that shows what holds in an environment, sets it from a file, or clears it. */
export const environmentFileCommand = <Wanted, Present extends object>(
  spec: EnvironmentFile<Wanted, Present>,
): CommandSpec => {
  const { name, summary, details } = spec;
  return {
    name,
    summary,
    details,
    arguments: [
      { name: '[action]', summary: 'what to do (default: show)', choices: ['show', 'set', 'clear'] },
      { name: '[file]', summary: spec.fileIs },
    ],
    options: [{ flags: '--env <name>', summary: 'the environment (needed where there are several)' }],
    uses: ['server', 'output', 'confirm'],
    async run(context) {
      const { arguments: given, io, options, connect, show, say } = context;
      const [action = 'show', file] = given;
      const client = await connect();
      const environment = options.env ?? (await onlyEnvironment(client));
      if (action === 'show') {
        const found = await spec.read(client, environment);
        show(found, () => spec.render(found));
        return exitCode.good;
      }
      if (action === 'set' && file === undefined)
        throw new TidegateError('bad-request', `Which file? tidegate ${name} set FILE.`, {
          todo: `Write one; schema/${name}.schema.json says what it may hold.`,
        });
      const wanted = action === 'set' ? spec.load(resolve(io.cwd, file!)) : null;
      if (wanted === null) await confirm(context, spec.clearing(environment));
      const set = await spec.write(client, environment, wanted);
      show(set, () => spec.render(set));
      say(spec.whenInForce);
      return exitCode.good;
    },
  };
};

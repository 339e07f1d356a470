import { resolve } from 'node:path';
import { loadLimits } from '../../config/load-limits.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitCode } from '../exit-code.ts';
import { onlyEnvironment } from '../only-environment.ts';
import { renderLimits } from '../render/render-limits.ts';

export const limits: CommandSpec = {
  name: 'limits',
  summary: 'what the gateways of an environment let in: show, set FILE, clear',
  details:
    'A limits file names rates of requests and tokens, and how many requests may be worked on at once: in total, for each service, each API key, and tiers of keys. They hold over all gateway processes together and change without a restart.',
  arguments: [
    { name: '[action]', summary: 'what to do (default: show)', choices: ['show', 'set', 'clear'] },
    { name: '[file]', summary: 'the limits file' },
  ],
  options: [{ flags: '--env <name>', summary: 'the environment (needed where there are several)' }],
  uses: ['server', 'output', 'confirm'],
  async run(context) {
    const { arguments: given, io, options, connect, show, say } = context;
    const [action = 'show', file] = given;
    const client = await connect();
    const environment = options.env ?? (await onlyEnvironment(client));
    if (action === 'show') {
      const found = await client.limits(environment);
      show(found, () => renderLimits(found));
      return exitCode.good;
    }
    if (action === 'set' && file === undefined)
      throw new TidegateError('bad-request', 'Which file? tidegate limits set FILE.', {
        todo: 'Write one; schema/limits.schema.json says what it may hold, docs/limits.md shows one.',
      });
    const wanted = action === 'set' ? loadLimits(resolve(io.cwd, file!)) : null;
    if (wanted === null) await confirm(context, `Let everything in at the gateways of ${environment}?`);
    const set = await client.setLimits(environment, wanted);
    show(set, () => renderLimits(set));
    say('In force as soon as the gateways have heard.');
    return exitCode.good;
  },
};

import { resolve } from 'node:path';
import { loadPrices } from '../../config/load-prices.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitCode } from '../exit-code.ts';
import { onlyEnvironment } from '../only-environment.ts';
import { renderPrices } from '../render/render-prices.ts';

export const prices: CommandSpec = {
  name: 'prices',
  summary: 'what calls of models and services cost: show, set FILE, clear',
  details:
    'Tidegate lists prices of some models. A file of prices goes before them, for models, or for whole services. Usage is priced as it comes: what is set holds for what ends afterwards.',
  arguments: [
    { name: '[action]', summary: 'what to do (default: show)', choices: ['show', 'set', 'clear'] },
    { name: '[file]', summary: 'the file of prices' },
  ],
  options: [{ flags: '--env <name>', summary: 'the environment (needed where there are several)' }],
  uses: ['server', 'output', 'confirm'],
  async run(context) {
    const { arguments: given, io, options, connect, show, say } = context;
    const [action = 'show', file] = given;
    const client = await connect();
    const environment = options.env ?? (await onlyEnvironment(client));
    if (action === 'show') {
      const found = await client.prices(environment);
      show(found, () => renderPrices(found));
      return exitCode.good;
    }
    if (action === 'set' && file === undefined)
      throw new TidegateError('bad-request', 'Which file? tidegate prices set FILE.', {
        todo: 'Write one; schema/prices.schema.json says what it may hold, docs/costs.md shows one.',
      });
    const wanted = action === 'set' ? loadPrices(resolve(io.cwd, file!)) : null;
    if (wanted === null) await confirm(context, `Go back to the listed prices in ${environment}?`);
    const set = await client.setPrices(environment, wanted);
    show(set, () => renderPrices(set));
    say('They hold for what ends after the gateways have heard.');
    return exitCode.good;
  },
};

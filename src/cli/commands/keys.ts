import { readName } from '../../config/scalars/name.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitCode } from '../exit-code.ts';
import { textTable } from '../render/text-table.ts';
import { timeText } from '../render/time-text.ts';

const requireName = (name: string): void => {
  const reading = readName(name);
  if ('value' in reading) return;
  throw new TidegateError('bad-request', `The key's name ${reading.problem}.`, {
    todo: `Give it another name${reading.suggestion === undefined ? '' : `, such as ${reading.suggestion}`}.`,
  });
};

export const keys: CommandSpec = {
  name: 'keys',
  summary: 'API keys for clients of the gateways: list, create NAME, revoke NAME',
  arguments: [
    { name: '[action]', summary: 'what to do (default: list)', choices: ['list', 'create', 'revoke'] },
    { name: '[name]', summary: 'name of the key' },
  ],
  uses: ['server', 'output', 'confirm'],
  async run(context) {
    const { arguments: given, connect, show, say } = context;
    const [action = 'list', name] = given;
    if (action !== 'list' && name === undefined)
      throw new TidegateError('bad-request', `Which key? tidegate keys ${action} NAME.`, {
        todo: 'Give the key a name, such as the application that uses it.',
      });
    if (action === 'create') requireName(name!);
    if (action === 'revoke')
      await confirm(context, `Revoke the key ${name}? Clients that use it are refused from then on.`);
    const client = await connect();
    if (action === 'create') {
      const created = await client.createKey(name!);
      show(created, () => created.key);
      say('Keep it now: it is stored nowhere and never shown again.');
    } else if (action === 'revoke') {
      const revoked = await client.revokeKey(name!);
      show(revoked, () => `${revoked.id} is revoked.`);
    } else {
      const all = await client.keys();
      show(all, () =>
        textTable(
          ['KEY', 'CREATED', 'BY'],
          all.map(({ id, createdAtMs, createdBy }) => [id, timeText(createdAtMs), createdBy]),
        ),
      );
    }
    return exitCode.good;
  },
};

import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';

export const reload: CommandSpec = {
  name: 'reload',
  summary: 'read certificates anew now, without a restart',
  details:
    'Control plane and gateways look at the files of their certificates every two seconds anyway. `tidegate doctor` says what is in use.',
  uses: ['server'],
  async run({ connect, say }) {
    const client = await connect();
    await client.reloadCertificates();
    say('The certificates are being read; `tidegate doctor` says what is in use.');
    return exitCode.good;
  },
};

import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { readListenAddress } from '../../config/scalars/listen-address.ts';
import type { ListenAddress } from '../../config/server-config.ts';
import type { CommandSpec } from '../command.ts';

const parseListen = (text: string): ListenAddress => {
  const reading = readListenAddress(text);
  if ('value' in reading) return reading.value;
  throw new InvalidArgumentError(
    reading.suggestion === undefined
      ? `${reading.problem}.`
      : `${reading.problem}; try ${reading.suggestion}.`,
  );
};

export const up: CommandSpec = {
  name: 'up',
  summary: 'run control plane, gateways and page on this machine',
  details:
    'Runs until Ctrl-C, which stops everything. SIGTERM stops the control plane alone; traffic goes on and the next `up` takes over.',
  options: [
    { flags: '--state <directory>', summary: 'where everything is kept (default: .tidegate)' },
    { flags: '-c, --config <path>', summary: 'the tidegate.server.yaml (default: the one here, if any)' },
    { flags: '--listen <host:port>', summary: 'address of the control plane', parse: parseListen },
    { flags: '-q, --quiet', summary: 'do not say that it is ready' },
  ],
  async run({ io, options, say }) {
    const { up: start } = await import('../../up.ts');
    const listen = options.listen as ListenAddress | undefined;
    return start({
      directory: io.cwd,
      say,
      quiet: options.quiet === true,
      ...(typeof options.state === 'string' ? { state: options.state } : {}),
      ...(typeof options.config === 'string' ? { config: resolve(io.cwd, options.config) } : {}),
      ...(listen === undefined ? {} : { listen }),
    });
  },
};

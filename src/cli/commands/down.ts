import type { CommandSpec } from '../command.ts';

export const down: CommandSpec = {
  name: 'down',
  summary: 'stop control plane, gateways and releases on this machine',
  options: [{ flags: '--state <directory>', summary: 'the state of what is stopped (default: .tidegate)' }],
  async run({ io, options, say }) {
    const { down: stop } = await import('../../down.ts');
    return stop({
      directory: io.cwd,
      say,
      ...(typeof options.state === 'string' ? { state: options.state } : {}),
    });
  },
};

import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { renderTrace } from '../render/render-trace.ts';

export const trace: CommandSpec = {
  name: 'trace',
  summary: 'which release answered an invocation, and why it was there',
  examples: ['tidegate trace 01KAM5Q0ZP...   # from the response header tidegate-invocation'],
  arguments: [{ name: '<invocation>', summary: 'value of the response header tidegate-invocation' }],
  uses: ['server', 'output'],
  async run({ arguments: [id], connect, show, palette }) {
    const client = await connect();
    const found = await client.trace(id ?? '');
    show(found, () => renderTrace(found, palette));
    return exitCode.good;
  },
};

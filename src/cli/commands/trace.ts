import { TidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { renderCapture } from '../render/render-capture.ts';
import { renderTrace } from '../render/render-trace.ts';

export const trace: CommandSpec = {
  name: 'trace',
  summary: 'which release answered an invocation, and why it was there',
  examples: [
    'tidegate trace 01m7yz4k8d...   # from the response header tidegate-invocation',
    'tidegate trace 01m7yz4k8d... --payload',
  ],
  arguments: [{ name: '<invocation>', summary: 'value of the response header tidegate-invocation' }],
  options: [
    {
      flags: '--payload',
      summary: 'show what was captured of request and answer (traffic.capture); that it was read is recorded',
    },
  ],
  uses: ['server', 'output'],
  async run({ arguments: [id], options, connect, show, palette }) {
    const client = await connect();
    if (options.payload === true) {
      const capture = await client.readCapture(id ?? '');
      if (capture === null)
        throw new TidegateError('not-found', `Nothing is captured of invocation ${id}.`, {
          todo: 'Look at `traffic.capture` of the service. A very new one may need a second.',
        });
      show(capture, () => renderCapture(capture, palette));
      return exitCode.good;
    }
    const found = await client.trace(id ?? '');
    show(found, () => renderTrace(found, palette));
    return exitCode.good;
  },
};

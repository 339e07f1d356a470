import { chooseLane } from '../choose-lane.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { logCommand } from '../log-command.ts';
import { parseCount } from '../parse-duration.ts';

export const logs: CommandSpec = {
  name: 'logs',
  summary: 'the end of what a replica wrote',
  options: [
    { flags: '--release <release>', summary: 'version or digest (default: the candidate, else stable)' },
    { flags: '--replica <number>', summary: 'which replica, from 0', parse: parseCount },
    { flags: '--bytes <number>', summary: 'how much of the end (default 65536)', parse: parseCount },
  ],
  uses: ['lane', 'server', 'output'],
  async run(context) {
    const { options } = context;
    const client = await context.connect();
    const lane = await chooseLane(context, client, 'serving');
    const log = await client.log(lane, {
      release: typeof options.release === 'string' ? options.release : undefined,
      replica: options.replica as number | undefined,
      bytes: options.bytes as number | undefined,
    });
    context.say(
      `${lane.service} ${log.releaseVersion} in ${lane.environment}, replica ${log.replica} of ${log.replicas.length}`,
    );
    for (const { slot, state, restarts, detail } of log.replicas)
      if (detail !== null) context.say(`  replica ${slot} ${state}, ${restarts} restarts: ${detail}`);
    const [last] = lane.ended;
    const other =
      options.release === undefined && last !== undefined && last.order.release !== log.release
        ? logCommand(lane, last)
        : null;
    if (other !== null && lane.rollout === null)
      context.say(`  ${last?.order.releaseVersion} did not run; what it wrote: ${other}`);
    context.show(log, () => readable(log.text).replace(/\n$/, ''));
    return exitCode.good;
  },
};

/** Lines and tabs stay; whatever else could steer the terminal does not. */
const readable = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/[\p{Cc}]/gu, (found) => (found === '\n' || found === '\t' ? found : '\uFFFD'));

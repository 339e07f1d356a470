import { setTimeout as delay } from 'node:timers/promises';
import type { LiveGatewayStatus } from '../../client/client.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { renderGateways } from '../render/render-gateways.ts';
import { renderRestarted } from '../render/render-restarted.ts';
import { openScreen } from '../render/screen.ts';

const REDRAW_EVERY_MS = 1_000;

export const gateways: CommandSpec = {
  name: 'gateways',
  summary: 'what the gateway processes do now, and which addresses they pass over',
  details:
    'One line for each process, one for each address that a process does not use as usual. -o wide shows every address. `docs/observability.md` says what the words mean. `restart` replaces the processes one after the other, each by one that takes over its listening socket: no request notices, unless an answer takes longer than ten minutes.',
  examples: [
    'tidegate gateways',
    'tidegate gateways --env production --watch',
    'tidegate gateways -o json',
    'tidegate gateways restart --env production',
  ],
  arguments: [{ name: '[restart]', summary: 'replace the processes while they serve', choices: ['restart'] }],
  options: [
    { flags: '--env <name>', summary: 'of this environment alone' },
    { flags: '-w, --watch', summary: 'show it until Ctrl-C' },
  ],
  uses: ['server', 'output'],
  async run(context) {
    const { io, options, show, format } = context;
    const client = await context.connect();
    if (context.arguments[0] === 'restart') {
      const restarted = await client.restartGateways(options.env ?? null);
      show(restarted, () => renderRestarted(restarted));
      return restarted.some(({ outcome }) => outcome === 'kept') ? exitCode.failed : exitCode.good;
    }
    const read = async (): Promise<LiveGatewayStatus[]> => {
      const all = await client.liveGateways();
      const { env } = options;
      if (env === undefined) return all;
      const environments = await client.environments();
      if (!environments.some(({ name }) => name === env))
        throw new TidegateError('not-found', `There is no environment named ${env}.`);
      return all.filter(({ environment }) => environment === env);
    };
    const isDrawn = options.watch === true && io.isTerminal && (format === 'table' || format === 'wide');
    if (isDrawn) return watch(context, read);
    const found = await read();
    show(found, (isWide) => renderGateways(found, { isWide, nowMs: io.nowMs() }));
    return exitCode.good;
  },
};

/** Asked again each time, for nobody tells of it: a stream for numbers that change all the time would be no cheaper. */
const watch = async (
  { io, format }: CommandContext,
  read: () => Promise<LiveGatewayStatus[]>,
): Promise<number> => {
  const screen = openScreen(io);
  while (!io.interrupted.aborted) {
    screen.draw(renderGateways(await read(), { isWide: format === 'wide', nowMs: io.nowMs() }));
    await delay(REDRAW_EVERY_MS, undefined, { signal: io.interrupted }).catch(() => {});
  }
  screen.close();
  return exitCode.interrupted;
};

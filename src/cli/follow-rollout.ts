import type { Client, CommandResult } from '../client/client.ts';
import { headline } from '../client/sentences.ts';
import type { CommandContext } from './command.ts';
import { exitCode } from './exit-code.ts';
import { concludeWatch, watchLane } from './watch-lane.ts';
import { wantsWatch, watchTimeoutMs } from './watch-options.ts';

/** After a command that started a rollout: shows it to its end where that is wanted, else says what was started. */
export const followRollout = async (
  context: CommandContext,
  client: Client,
  { lane, rollout, recorded }: CommandResult,
): Promise<number> => {
  const { service, environment } = lane;
  if (!recorded) context.say('Done at once, but not recorded yet: the ledger cannot be written at present.');
  if (rollout === null || !wantsWatch(context)) {
    context.show(
      { service, environment, rollout, recorded, lane },
      () => `${environment}: ${headline(lane, context.io.nowMs())}`,
    );
    return exitCode.good;
  }
  const end = await watchLane(
    context,
    client,
    { service, environment },
    {
      rollout,
      timeoutMs: watchTimeoutMs(context),
    },
  );
  const code = concludeWatch(context, end, { service, environment });
  if (context.format === 'json' || context.format === 'yaml') {
    const ended = end.kind === 'ended' ? end.rollout : null;
    context.show({ service, environment, rollout, outcome: ended?.outcome ?? 'running', ended }, () => '');
  }
  return code;
};

import type { Client, CommandOptions, CommandResult, LaneView } from '../client/client.ts';
import { headline } from '../client/sentences.ts';
import { chooseLane } from './choose-lane.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { confirm } from './confirm.ts';
import { exitCode } from './exit-code.ts';

export interface LaneCommand {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  /** What a person at a terminal is asked first; absent: nothing. */
  readonly question?: (lane: LaneView) => string;
  /** It is done where nobody can be asked. Absent: it is refused there without --yes. */
  readonly isNeverHeldUp?: true;
  readonly takesReason: boolean;
  readonly send: (client: Client, lane: LaneView, by: CommandOptions) => Promise<CommandResult>;
}

/** A command that acts on the running rollout and says what became of it. */
export const laneCommand = ({
  name,
  summary,
  details,
  question,
  isNeverHeldUp,
  takesReason,
  send,
}: LaneCommand): CommandSpec => ({
  name,
  summary,
  ...(details === undefined ? {} : { details }),
  options: takesReason ? [{ flags: '-m, --reason <text>', summary: 'why, for the ledger' }] : [],
  uses: ['lane', 'server', 'output', ...(question === undefined ? [] : (['confirm'] as const))],
  async run(context) {
    const client = await context.connect();
    const lane = await chooseLane(context, client, 'running');
    if (question !== undefined) await confirm(context, question(lane), isNeverHeldUp ? 'go' : 'refuse');
    return showResult(context, await send(client, lane, { reason: context.options.reason }));
  },
});

export const showResult = ({ show, say, io }: CommandContext, { lane, recorded }: CommandResult): number => {
  if (!recorded) say('Done at once, but not recorded yet: the ledger cannot be written at present.');
  show(lane, () => `${lane.environment}: ${headline(lane, io.nowMs())}`);
  return exitCode.good;
};

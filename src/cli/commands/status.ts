import { chooseLane, chosenService } from '../choose-lane.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { renderLane } from '../render/render-lane.ts';
import { renderWorkloads } from '../render/render-workloads.ts';
import { requireKnown } from '../require-known.ts';
import { concludeWatch, watchLane } from '../watch-lane.ts';

export const status: CommandSpec = {
  name: 'status',
  summary: 'what serves, what is on its way, and why it waits',
  examples: ['tidegate status', 'tidegate status --env production --watch', 'tidegate status -o json'],
  options: [
    { flags: '-w, --watch', summary: 'show it until the rollout is over' },
    {
      flags: '--timeout <duration>',
      summary: 'watch for so long at most; exit code 8 when it still runs then',
      parse: parseDuration,
    },
  ],
  uses: ['lane', 'server', 'output'],
  async run(context) {
    if (context.options.watch === true) return watch(context);
    const { io, palette, show, options } = context;
    const client = await context.connect();
    const lanes = await client.lanes({ service: chosenService(context), environment: options.env });
    if (lanes.length === 0) await requireKnown(client, options);
    const view = { palette, nowMs: io.nowMs(), columns: io.columns };
    show(lanes, (isWide) =>
      lanes.length === 0
        ? 'Nothing has been shipped here yet.'
        : lanes
            .map((lane) =>
              isWide ? `${renderLane(lane, view)}\n${renderWorkloads(lane)}` : renderLane(lane, view),
            )
            .join('\n\n'),
    );
    return exitCode.good;
  },
};

const watch = async (context: CommandContext): Promise<number> => {
  const client = await context.connect();
  const lane = await chooseLane(context, client, 'serving');
  const { timeout } = context.options;
  const end = await watchLane(context, client, lane, {
    rollout: lane.rollout?.order.rollout,
    timeoutMs: typeof timeout === 'number' ? timeout : undefined,
  });
  // Nothing was running: whoever looked on has seen enough.
  if (lane.rollout === null) return end.kind === 'interrupted' ? exitCode.interrupted : exitCode.good;
  return concludeWatch(context, end, lane);
};

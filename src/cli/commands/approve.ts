import { TidegateError } from '../../errors.ts';
import { chooseLane } from '../choose-lane.ts';
import type { CommandSpec } from '../command.ts';
import { confirm } from '../confirm.ts';
import { showResult } from '../lane-command.ts';
import { renderLane } from '../render/render-lane.ts';

export const approve: CommandSpec = {
  name: 'approve',
  summary: 'approve the stage that the running rollout is in',
  details:
    'The approval names a stage: the one given, else the one that is shown first. If the rollout has moved on meanwhile, it is refused.',
  options: [{ flags: '--stage <name>', summary: 'the stage that was seen' }],
  uses: ['lane', 'server', 'output', 'confirm'],
  async run(context) {
    const { io, options, palette, say } = context;
    const client = await context.connect();
    const lane = await chooseLane(context, client, 'running');
    if (typeof options.stage === 'string')
      return showResult(context, await client.approve(lane, options.stage));
    const stage = lane.rollout?.order.plan.stages[lane.rollout.stage]?.name;
    if (stage === undefined)
      throw new TidegateError(
        'not-now',
        'The rollout has not entered a stage yet, so there is nothing to approve.',
      );
    say(renderLane(lane, { palette, nowMs: io.nowMs(), columns: io.columns }));
    await confirm(context, `Approve stage ${stage} of ${lane.service} in ${lane.environment}?`);
    return showResult(context, await client.approve(lane, stage, { ifVersion: lane.version }));
  },
};

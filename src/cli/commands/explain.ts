import type { Client, LaneName } from '../../client/client.ts';
import { TidegateError } from '../../errors.ts';
import { chooseLane, chosenService } from '../choose-lane.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { recomputeVerdicts } from '../recompute-verdicts.ts';
import { renderExplanation, renderRecomputed } from '../render/render-explanation.ts';

export const explain: CommandSpec = {
  name: 'explain',
  summary: 'why a rollout is where it is, in words; --recompute checks its verdicts',
  details:
    'Says what every stage and the end of a rollout was decided on. With --recompute it downloads the stored evidence and ' +
    'computes every verdict anew: exit code 3 when one comes out differently, 5 when its evidence is not stored.',
  examples: [
    'tidegate explain',
    'tidegate explain ro_mi8x4zkq0a1b2c3d --recompute',
    'tidegate explain -o json',
  ],
  arguments: [{ name: '[rollout]', summary: 'id of the rollout (default: the newest of the lane)' }],
  options: [{ flags: '--recompute', summary: 'compute its verdicts anew from the stored evidence' }],
  uses: ['lane', 'server', 'output'],
  async run(context) {
    const { io, palette, show, options } = context;
    const client = await context.connect();
    const { lane, rollout } = await chooseRollout(context, client);
    const explanation = await client.explanation(lane, rollout);
    if (options.recompute !== true) {
      show(explanation, () =>
        renderExplanation(explanation, { palette, nowMs: io.nowMs(), columns: io.columns }),
      );
      return exitCode.good;
    }
    const verdicts = await recomputeVerdicts(client, explanation);
    show(verdicts, () => renderRecomputed(verdicts, explanation));
    if (verdicts.some(({ result }) => result === 'different' || result === 'altered'))
      return exitCode.negative;
    return verdicts.some(({ result }) => result === 'not-stored') ? exitCode.inconclusive : exitCode.good;
  },
};

const chooseRollout = async (
  context: CommandContext,
  client: Client,
): Promise<{ lane: LaneName; rollout: string }> => {
  const [asked] = context.arguments;
  if (asked !== undefined) return { lane: await laneOf(context, client, asked), rollout: asked };
  const lane = await chooseLane(context, client, 'serving');
  const rollout = lane.rollout?.order.rollout ?? lane.ended[0]?.order.rollout;
  if (rollout === undefined)
    throw new TidegateError('not-now', `Nothing of ${lane.service} was rolled out in ${lane.environment}.`);
  return { lane, rollout };
};

/** Of a rollout that is too old for the lists, the lane must be named. */
const laneOf = async (context: CommandContext, client: Client, rollout: string): Promise<LaneName> => {
  const environment = context.options.env;
  const service = environment === undefined ? context.options.service : chosenService(context);
  if (service !== undefined && environment !== undefined) return { service, environment };
  const lanes = await client.lanes({ service, environment });
  const lane = lanes.find(
    (one) =>
      one.rollout?.order.rollout === rollout ||
      one.queue.some((queued) => queued.rollout === rollout) ||
      one.ended.some(({ order }) => order.rollout === rollout),
  );
  if (lane !== undefined) return lane;
  throw new TidegateError('not-found', `No lane shows a rollout ${rollout}.`, {
    todo: '`tidegate list rollouts` shows the newest; for an older one say --service and --env.',
  });
};

import { TidegateError } from '../../errors.ts';
import { chooseLane } from '../choose-lane.ts';
import type { CommandSpec } from '../command.ts';
import { confirm } from '../confirm.ts';
import { followRollout } from '../follow-rollout.ts';
import { watchOptions } from '../watch-options.ts';

export const promote: CommandSpec = {
  name: 'promote',
  summary: 'take the release that serves in an environment on to the next one',
  examples: ['tidegate promote --env staging'],
  options: [{ flags: '-m, --reason <text>', summary: 'why, for the ledger' }, ...watchOptions],
  uses: ['lane', 'server', 'output', 'confirm'],
  async run(context) {
    const client = await context.connect();
    const environments = await client.environments();
    // With two environments only one can be promoted from; it need not be named.
    const sources = environments.filter(({ next }) => next !== null);
    const env = context.options.env ?? (sources.length === 1 ? sources[0]!.name : undefined);
    const options = { ...context.options, ...(env === undefined ? {} : { env }) };
    const lane = await chooseLane({ ...context, options }, client, 'serving');
    const { service, environment, stable } = lane;
    const next = environments.find(({ name }) => name === environment)?.next;
    if (stable === null || next == null)
      throw new TidegateError(
        'not-now',
        stable === null
          ? `Nothing serves ${service} in ${environment} yet.`
          : `${environment} is the last environment.`,
      );
    await confirm(context, `Promote ${service} ${stable.releaseVersion} from ${environment} to ${next}?`);
    const started = await client.promote({ service, environment }, { reason: context.options.reason });
    context.say(`Promoting ${service} ${stable.releaseVersion} to ${next} (rollout ${started.rollout}).`);
    return followRollout(context, client, started);
  },
};

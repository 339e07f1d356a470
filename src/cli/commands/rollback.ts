import { chooseLane } from '../choose-lane.ts';
import type { CommandSpec } from '../command.ts';
import { confirm } from '../confirm.ts';
import { followRollout } from '../follow-rollout.ts';
import { watchOptions } from '../watch-options.ts';

export const rollback: CommandSpec = {
  name: 'rollback',
  summary: 'go back: to stable during a rollout, else to the release before',
  examples: ['tidegate rollback --env production', 'tidegate rollback --env production --to 1.3.2'],
  options: [
    { flags: '--to <release>', summary: 'version or digest of an earlier release' },
    { flags: '-m, --reason <text>', summary: 'why, for the ledger' },
    ...watchOptions,
  ],
  uses: ['lane', 'server', 'output', 'confirm'],
  async run(context) {
    const { options } = context;
    const client = await context.connect();
    const lane = await chooseLane(context, client, 'serving');
    const { service, environment, rollout, stable } = lane;
    const to = typeof options.to === 'string' ? options.to : undefined;
    const from = rollout?.order.releaseVersion ?? stable?.releaseVersion ?? 'what serves';
    const target = to ?? (rollout === null ? 'the release before' : (stable?.releaseVersion ?? 'nothing'));
    // During a rollout it is what `abort` is: less exposure waits for nobody.
    const whenNobody = rollout !== null && to === undefined ? 'go' : 'refuse';
    await confirm(context, `Roll ${service} in ${environment} back from ${from} to ${target}?`, whenNobody);
    const result = await client.rollback({ service, environment }, { to, reason: options.reason });
    return followRollout(context, client, result);
  },
};

import { unaskedGoldenSet, unaskedTodo } from '../../config/unasked-golden-set.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { followRollout } from '../follow-rollout.ts';
import { sealHere } from '../seal-here.ts';
import { watchOptions } from '../watch-options.ts';

export const ship: CommandSpec = {
  name: 'ship',
  summary: 'seal the project here into a release and roll it out',
  details:
    'Seals what tidegate.yaml names into a signed release, sends the bytes that the server lacks, and starts its rollout in the first environment. Contents that were sealed before keep the version they have.',
  examples: [
    'tidegate ship',
    'tidegate ship --version 1.4.0 --to staging --watch',
    'tidegate ship --no-watch -o json',
  ],
  options: [
    { flags: '-f, --file <path>', summary: 'the tidegate.yaml (default: the nearest)' },
    { flags: '--version <version>', summary: 'semantic version (default: the next one)' },
    {
      flags: '--bump <step>',
      summary: 'which part of the version grows (default: patch)',
      choices: ['patch', 'minor', 'major'],
    },
    { flags: '-t, --to <environment>', summary: 'where to (default: the first environment)' },
    { flags: '-m, --reason <text>', summary: 'why, for the ledger' },
    { flags: '--allow-secret-like', summary: 'seal files although they look like secrets' },
    {
      flags: '--idempotency-key <key>',
      summary: 'names this rollout, so that a repeated call starts no other',
    },
    ...watchOptions,
  ],
  uses: ['server', 'output'],
  async run(context) {
    const { options } = context;
    const client = await context.connect();
    const environment = typeof options.to === 'string' ? options.to : (await client.environments())[0]?.name;
    if (environment === undefined) throw new TidegateError('not-found', 'The server has no environments.');
    const { service, record } = await sealHere(context, client);
    const { version } = record.manifest;
    const started = await client.ship({ service, environment }, record.release, {
      reason: options.reason,
      ...(typeof options.idempotencyKey === 'string' ? { idempotencyKey: options.idempotencyKey } : {}),
    });
    context.say(`Shipping ${service} ${version} to ${environment} (rollout ${started.rollout}).`);
    const plan = started.lane.rollout?.order.plan;
    if (record.manifest.evaluation !== null && plan?.evaluation === null)
      context.say(`! Not evaluated: ${unaskedGoldenSet(`in ${environment}`)}. Try: ${unaskedTodo}.`);
    return followRollout(context, client, started);
  },
};

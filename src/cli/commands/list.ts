import type { Client, LaneView } from '../../client/client.ts';
import { bytes } from '../../client/figures.ts';
import { endReason } from '../../client/sentences.ts';
import { TidegateError } from '../../errors.ts';
import { chosenService } from '../choose-lane.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { textTable } from '../render/text-table.ts';
import { timeText } from '../render/time-text.ts';
import { requireKnown } from '../require-known.ts';

export const list: CommandSpec = {
  name: 'list',
  summary: 'list services, releases, rollouts or environments',
  arguments: [
    {
      name: '<what>',
      summary: 'what to list',
      choices: ['services', 'releases', 'rollouts', 'environments'],
    },
    { name: '[service]', summary: 'of this service' },
  ],
  uses: ['lane', 'server', 'output'],
  async run(context) {
    const [what, service] = context.arguments;
    const options = { ...context.options, ...(service === undefined ? {} : { service }) };
    const asked = { ...context, options };
    const client = await context.connect();
    switch (what) {
      case 'services':
        return listServices(asked, client);
      case 'releases':
        return listReleases(asked, client);
      case 'rollouts':
        return listRollouts(asked, client);
      default:
        return listEnvironments(asked, client);
    }
  },
};

const listServices = async ({ show }: CommandContext, client: Client): Promise<number> => {
  const services = await client.services();
  show(services, () =>
    textTable(
      ['SERVICE', 'RELEASES', 'NEWEST', 'SEALED', 'BY'],
      services.map(({ service, releases, newest }) => [
        service,
        String(releases),
        newest?.version ?? '',
        newest === null ? '' : timeText(newest.sealedAtMs),
        newest?.sealedBy ?? '',
      ]),
      [1],
    ),
  );
  return exitCode.good;
};

const listReleases = async (context: CommandContext, client: Client): Promise<number> => {
  const service = chosenService(context);
  if (service === undefined)
    throw new TidegateError('bad-request', 'Releases belong to a service, and none was named.', {
      todo: 'Run it where a tidegate.yaml is, or name the service: tidegate list releases NAME.',
    });
  const releases = await client.releases(service);
  context.show(releases, (isWide) =>
    textTable(
      ['VERSION', 'DIGEST', 'SEALED', 'BY', 'COMPONENTS', 'SIZE', 'COMMIT'],
      releases.map((one) => [
        one.version,
        isWide ? one.release : one.release.slice('sha256:'.length, 'sha256:'.length + 12),
        timeText(one.sealedAtMs),
        one.sealedBy,
        one.components.join(' '),
        bytes(one.bytes),
        one.gitCommit === null ? '' : `${one.gitCommit.slice(0, 10)}${one.gitDirty ? ' (dirty)' : ''}`,
      ]),
      [5],
    ),
  );
  return exitCode.good;
};

const listRollouts = async (context: CommandContext, client: Client): Promise<number> => {
  const lanes = await client.lanes({
    service: context.options.service,
    environment: context.options.env,
  });
  if (lanes.length === 0) await requireKnown(client, context.options);
  const rows = lanes
    .flatMap(rolloutsOf)
    .sort((a, b) => (b.startedAtMs ?? Infinity) - (a.startedAtMs ?? Infinity));
  context.show(rows, () =>
    textTable(
      ['STARTED', 'ENVIRONMENT', 'SERVICE', 'RELEASE', 'OUTCOME', 'BY', 'WHY', 'ROLLOUT'],
      rows.map(({ startedAtMs, environment, service, version, outcome, actor, why, rollout }) => [
        startedAtMs === null ? '' : timeText(startedAtMs),
        environment,
        service,
        version,
        outcome,
        actor,
        why,
        rollout,
      ]),
    ),
  );
  return exitCode.good;
};

const rolloutsOf = ({ environment, service, rollout, queue, ended }: LaneView) => {
  const at = { environment, service };
  const running =
    rollout === null
      ? []
      : [
          {
            ...at,
            rollout: rollout.order.rollout,
            version: rollout.order.releaseVersion,
            outcome: rollout.paused === null ? 'running' : 'paused',
            actor: rollout.actor,
            startedAtMs: rollout.startedAtMs as number | null,
            why: rollout.order.reason ?? '',
          },
        ];
  return [
    ...queue.map((one) => ({
      ...at,
      rollout: one.rollout,
      version: one.releaseVersion,
      outcome: 'queued',
      actor: '',
      startedAtMs: null,
      why: '',
    })),
    ...running,
    ...ended.map(({ order, outcome, actor, startedAtMs, cause }) => ({
      ...at,
      rollout: order.rollout,
      version: order.releaseVersion,
      outcome,
      actor,
      startedAtMs: startedAtMs as number | null,
      why: cause.kind === 'completed' ? (order.reason ?? '') : endReason(cause),
    })),
  ];
};

const listEnvironments = async ({ show }: CommandContext, client: Client): Promise<number> => {
  const environments = await client.environments();
  show(environments, () =>
    textTable(
      ['ENVIRONMENT', 'GATEWAY', 'KEY', 'STRATEGY', 'NEXT', 'PROMOTION'],
      environments.map(({ name, gateway, apiKeyRequired, strategy, next, promote }) => [
        name,
        gateway,
        apiKeyRequired ? 'required' : 'not required',
        strategy,
        next ?? '',
        next === null ? '' : promote,
      ]),
    ),
  );
  return exitCode.good;
};

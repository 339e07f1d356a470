import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { duration, percent } from '../../client/figures.ts';
import { gateName } from '../../client/sentences.ts';
import { loadPolicy } from '../../config/load-policy.ts';
import { loadServer } from '../../config/load-server.ts';
import { loadService } from '../../config/load-service.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import { expandPlan } from '../../core/rollout/strategy.ts';
import { TidegateError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { findServiceFile } from '../find-service-file.ts';
import type { Palette } from '../render/palette.ts';
import { textTable } from '../render/text-table.ts';

export const plan: CommandSpec = {
  name: 'plan',
  summary: 'the stages that a rollout of this service would go through, without a server',
  details:
    'Expands strategy and policy of each environment into stages, as a rollout would pin them. It predicts nothing yet.',
  options: [
    { flags: '-f, --file <path>', summary: 'the tidegate.yaml (default: the nearest)' },
    {
      flags: '-c, --config <path>',
      summary: 'the tidegate.server.yaml (default: the one beside it, if any)',
    },
    { flags: '-e, --env <name>', summary: 'only this environment' },
    { flags: '--first', summary: 'as if nothing of the service served yet' },
  ],
  uses: ['output'],
  async run({ io, options, show, palette }) {
    const path = findServiceFile(io.cwd, options.file);
    const { config: service } = loadService(path);
    const beside = join(dirname(path), 'tidegate.server.yaml');
    const named = typeof options.config === 'string' ? resolve(io.cwd, options.config) : null;
    const server = loadServer(named ?? (existsSync(beside) ? beside : null)).config;
    const chosen = server.environments.filter(
      ({ name }) => options.env === undefined || options.env === name,
    );
    if (chosen.length === 0)
      throw new TidegateError(
        'not-found',
        `There is no environment ${options.env}; there are ${server.environments.map(({ name }) => name).join(', ')}.`,
      );
    const plans = chosen.map(({ name, strategy, policy }) => {
      const overlay = service.overlays[name];
      const ownReplicas = service.serving.kind === 'process' ? service.serving.replicas : 1;
      const expanded = expandPlan({
        strategy: overlay?.strategy ?? strategy,
        policy: loadPolicy(policy).config,
        // Only a rollout pins a digest; this is none.
        policyDigest: policy ?? 'default',
        firstRelease: options.first === true,
        hasGoldenSet: service.evaluation !== null,
        replicas: overlay?.replicas ?? ownReplicas,
      });
      return { environment: name, ...expanded };
    });
    show(plans, () =>
      plans
        .map((one) =>
          one.ok
            ? `${palette.bold(`${service.service} in ${one.environment}`)}   ${one.plan.strategy}\n${stages(one.plan, palette)}`
            : `${palette.bold(`${service.service} in ${one.environment}`)}\n${palette.bad(`✘ refused  ${one.problem}`)}`,
        )
        .join('\n\n'),
    );
    return plans.every(({ ok }) => ok) ? exitCode.good : exitCode.usage;
  },
};

const stages = ({ stages: all, guards, alpha }: Plan, { dim }: Palette): string => {
  const rows = all.map(({ name, exposure, gates, minimumMs, timeoutMs }, index) => [
    String(index + 1),
    name,
    percent(exposure.share),
    exposure.mirrorShare === 0 ? '' : percent(exposure.mirrorShare),
    gates.map(gateName).join(', '),
    minimumMs === 0 ? '' : duration(minimumMs),
    timeoutMs === null ? '' : duration(timeoutMs),
  ]);
  const watched = guards.map(
    ({ name, marginShare, boundShare }) =>
      `${name} (margin ${percent(marginShare)}${boundShare === null ? '' : `, at most ${percent(boundShare)}`})`,
  );
  return [
    textTable(['#', 'STAGE', 'SHARE', 'MIRROR', 'GATES', 'AT LEAST', 'AT MOST'], rows, [0, 2, 3]),
    ...(watched.length === 0
      ? []
      : [dim(`guards ${watched.join(', ')}; false rollbacks at most ${percent(alpha.rollback)}`)]),
  ].join('\n');
};

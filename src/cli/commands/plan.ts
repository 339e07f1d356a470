import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LaneView } from '../../client/client.ts';
import { percent } from '../../client/figures.ts';
import { loadPolicy } from '../../config/load-policy.ts';
import { loadServer } from '../../config/load-server.ts';
import { loadService } from '../../config/load-service.ts';
import { putsUnderLoad } from '../../config/puts-under-load.ts';
import { requiresItself } from '../../config/requires-itself.ts';
import type { ServerConfig } from '../../config/server-config.ts';
import type { ServiceConfig } from '../../config/service-config.ts';
import { unaskedGoldenSet, unaskedTodo } from '../../config/unasked-golden-set.ts';
import { expandPlan, type PlanResult } from '../../core/rollout/strategy.ts';
import { isTidegateError, TidegateError } from '../../errors.ts';
import { comparePlans, type PlanChange } from '../../simulator/predict/compare-plans.ts';
import type { Prediction } from '../../simulator/predict/prediction.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { findServiceFile } from '../find-service-file.ts';
import { parseCount, parseDuration } from '../parse-duration.ts';
import { parsePercent, parseRate } from '../parse-traffic.ts';
import { predictRollout } from '../predict-rollout.ts';
import { renderPlan, renderPlanChanges } from '../render/render-plan.ts';
import { renderPrediction } from '../render/render-prediction.ts';
import { wrapText } from '../render/wrap-text.ts';
import { unusedNames } from '../unused-names.ts';

type EnvironmentConfig = ServerConfig['environments'][number];

/** What is printed for one environment; `-o json` prints a list of these. */
type PlannedRollout = { readonly environment: string } & (
  | Extract<PlanResult, { ok: false }>
  | (Extract<PlanResult, { ok: true }> & {
      /** Against the plan of the rollout that runs or ran last; null when none is known. */
      readonly changes: readonly PlanChange[] | null;
      /** Null when it was not asked for, or there is nothing to predict: a first release meets no stable one. */
      readonly prediction: Prediction | null;
    })
);

export const plan: CommandSpec = {
  name: 'plan',
  summary: 'the stages a rollout of this service would go through, and how it would probably go',
  details:
    'Expands strategy and policy of each environment into stages, as a rollout would pin them, and conducts simulated rollouts with the rules that will conduct the real one. ' +
    'The traffic is taken to be what the control plane has recorded, or what the options say.',
  examples: [
    'tidegate plan',
    'tidegate plan --env production --rate 3/h',
    'tidegate plan --offline --rate 40 --errors 1% -o json',
  ],
  options: [
    { flags: '-f, --file <path>', summary: 'the tidegate.yaml (default: the nearest)' },
    {
      flags: '-c, --config <path>',
      summary: 'the tidegate.server.yaml (default: the one beside it, if any)',
    },
    { flags: '-e, --env <name>', summary: 'only this environment' },
    { flags: '--first', summary: 'as if nothing of the service served yet' },
    { flags: '--offline', summary: 'ask no control plane' },
    { flags: '--no-predict', summary: 'only the stages' },
    { flags: '--rate <rate>', summary: 'requests a second, or 3/min, 3/h, 100/d', parse: parseRate },
    { flags: '--errors <percent>', summary: 'of the requests to stable fail', parse: parsePercent },
    { flags: '--client-errors <percent>', summary: 'are refused with a 4xx', parse: parsePercent },
    { flags: '--slow <percent>', summary: 'are slow', parse: parsePercent },
    { flags: '--bad-feedback <percent>', summary: 'are reported as bad', parse: parsePercent },
    { flags: '--disagree <percent>', summary: 'of mirrored answers differ', parse: parsePercent },
    { flags: '--latency <duration>', summary: 'median time of an answer', parse: parseDuration },
    {
      flags: '--audience <percent>',
      summary: 'of the requests are in the audience of its stages, where they have one',
      parse: parsePercent,
    },
    { flags: '--keys <count>', summary: 'different users, where they are sticky', parse: parseCount },
    { flags: '--seed <number>', summary: 'of the simulation (default: 1)', parse: parseCount },
    { flags: '--runs <count>', summary: 'simulated rollouts of each kind', parse: parseCount },
  ],
  uses: ['server', 'output'],
  async run(context) {
    const { io, options, show, palette } = context;
    const { service, environments, serverEnvironments, hasServerFile } = readFiles(context);
    // Without that file nobody knows here which environments there are.
    if (hasServerFile)
      for (const sentence of unusedNames(service, serverEnvironments, null)) context.say(`! ${sentence}`);
    const lanes = await knownLanes(context, service.service);
    const planned: PlannedRollout[] = [];
    for (const environment of environments) {
      const lane = lanes?.find((one) => one.environment === environment.name) ?? null;
      const isFirst = options.first === true || (lanes !== null && (lane?.stable ?? null) === null);
      planned.push(await planOne(context, service, environment, lane, isFirst));
    }
    show(planned, () =>
      planned
        .map((one) => {
          const title = palette.bold(`${service.service} in ${one.environment}`);
          if (!one.ok) return `${title}\n${palette.bad(`✘ refused  ${one.problem}`)}`;
          return [
            `${title}   ${one.plan.strategy}`,
            renderPlan(one.plan, palette, io.columns),
            ...audienceNote(one, options.audience, context),
            ...(service.evaluation !== null && one.plan.evaluation === null
              ? [unaskedNote(one.environment, context)]
              : []),
            ...(one.changes === null ? [] : renderPlanChanges(one.changes, palette, io.columns)),
            ...(one.prediction === null
              ? []
              : [renderPrediction(one.prediction, { palette, columns: io.columns })]),
          ].join('\n');
        })
        .join('\n\n'),
    );
    return planned.every(({ ok }) => ok) ? exitCode.good : exitCode.usage;
  },
};

/** An audience makes the traffic smaller that evidence comes from, and only people know by how much. */
const audienceNote = (
  one: Extract<PlannedRollout, { ok: true }>,
  part: unknown,
  { palette, io }: CommandContext,
): string[] => {
  if (one.prediction === null || !one.plan.stages.some(({ exposure }) => exposure.audience)) return [];
  const text =
    typeof part === 'number'
      ? `Foreseen with ${percent(part)} of the traffic, as the audience; the last stage, which is for everybody, will have more.`
      : 'Evidence comes from the audience alone, and it is foreseen here as if everybody were in it. With --audience 10% it is foreseen for so much of the traffic.';
  const paint = typeof part === 'number' ? palette.dim : palette.warn;
  return [paint(wrapText(`${typeof part === 'number' ? '' : '! '}${text}`, io.columns, '  '))];
};

const unaskedNote = (environment: string, { palette, io }: CommandContext): string =>
  palette.warn(
    wrapText(`! ${unaskedGoldenSet(`in ${environment}`)}. Try: ${unaskedTodo}.`, io.columns, '  '),
  );

const readFiles = ({ io, options }: CommandContext) => {
  const path = findServiceFile(io.cwd, options.file);
  const { config } = loadService(path);
  const directory = dirname(path);
  const service = {
    ...config,
    requiresItself: requiresItself(config, directory),
    putsUnderLoad: putsUnderLoad(config, directory),
  };
  const beside = join(dirname(path), 'tidegate.server.yaml');
  const named = typeof options.config === 'string' ? resolve(io.cwd, options.config) : null;
  const serverFile = named ?? (existsSync(beside) ? beside : null);
  const server = loadServer(serverFile).config;
  const environments = server.environments.filter(
    ({ name }) => options.env === undefined || options.env === name,
  );
  const serverEnvironments = server.environments.map(({ name }) => name);
  if (environments.length > 0)
    return { service, environments, serverEnvironments, hasServerFile: serverFile !== null };
  throw new TidegateError(
    'not-found',
    `There is no environment ${options.env}; there are ${serverEnvironments.join(', ')}.`,
  );
};

/** Null without a control plane. One that was named must answer; one that was only found need not. */
const knownLanes = async (context: CommandContext, service: string): Promise<readonly LaneView[] | null> => {
  const { options, say } = context;
  if (options.offline === true) return null;
  try {
    const client = await context.connect();
    return await client.lanes({ service });
  } catch (error) {
    const isAway = isTidegateError(error, 'server-unreachable');
    if (!isAway || options.server !== undefined) throw error;
    say('No control plane answers; nothing recorded is used.');
    return null;
  }
};

const planOne = async (
  context: CommandContext,
  service: ServiceConfig & { readonly requiresItself: boolean; readonly putsUnderLoad: boolean },
  environment: EnvironmentConfig,
  lane: LaneView | null,
  isFirst: boolean,
): Promise<PlannedRollout> => {
  const { name, strategy, policy } = environment;
  const overlay = service.overlays[name];
  const ownReplicas = service.serving.kind === 'process' ? service.serving.replicas : 1;
  const expanded = expandPlan({
    strategy: overlay?.strategy ?? strategy,
    policy: loadPolicy(policy).config,
    // Only a rollout pins a digest; this is none.
    policyDigest: policy ?? 'default',
    firstRelease: isFirst,
    hasGoldenSet: service.evaluation !== null,
    requiresItself: service.requiresItself,
    putsUnderLoad: service.putsUnderLoad,
    traffic: service.traffic,
    replicas: overlay?.replicas ?? ownReplicas,
  });
  if (!expanded.ok) return { environment: name, ...expanded };
  const before =
    lane?.rollout?.order.plan ?? lane?.ended.find(({ order }) => order.kind !== 'rollback')?.order.plan;
  const recorded = async () => lane && { lane, traffic: await (await context.connect()).traffic(lane) };
  return {
    environment: name,
    ...expanded,
    changes: before === undefined ? null : comparePlans(before, expanded.plan),
    prediction:
      isFirst || context.options.predict === false
        ? null
        : await predictRollout(context.options, expanded.plan, service.traffic, await recorded()),
  };
};

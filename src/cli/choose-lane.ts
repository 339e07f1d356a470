import type { Client, LaneView } from '../client/client.ts';
import { loadService } from '../config/load-service.ts';
import { isTidegateError, TidegateError } from '../errors.ts';
import type { CommandContext } from './command.ts';
import { findServiceFile } from './find-service-file.ts';
import { requireKnown } from './require-known.ts';

/** The service that is meant: `--service`, else that of the nearest tidegate.yaml; undefined when neither says. */
export const chosenService = ({
  options,
  io,
}: Pick<CommandContext, 'options' | 'io'>): string | undefined => {
  if (options.service !== undefined) return options.service;
  try {
    return loadService(findServiceFile(io.cwd, options.file)).config.service;
  } catch (error) {
    if (isTidegateError(error, 'config-missing')) return undefined;
    throw error;
  }
};

export type LaneWish = 'running' | 'serving';

/**
 * The lane a command acts on. What was not said follows when only one lane can be meant: the one with a running rollout,
 * or (`serving`) one where a release serves. @throws `bad-request` naming the choice when several can
 */
export const chooseLane = async (
  context: CommandContext,
  client: Client,
  wish: LaneWish,
): Promise<LaneView> => {
  const service = chosenService(context);
  const environment = context.options.env;
  if (service !== undefined && environment !== undefined) return client.lane({ service, environment });
  const lanes = await client.lanes({ service, environment });
  const running = lanes.filter(({ rollout }) => rollout !== null);
  const serving = lanes.filter(({ stable }) => stable !== null);
  const possible = wish === 'running' || running.length > 0 ? running : serving;
  const [first] = possible;
  if (first === undefined) {
    await requireKnown(client, context.options);
    const about = [service, environment && `in ${environment}`].filter(Boolean).join(' ');
    throw new TidegateError(
      'not-now',
      wish === 'running'
        ? `No rollout${about === '' ? '' : ` of ${about}`} is running.`
        : `Nothing${about === '' ? '' : ` of ${about}`} serves yet.`,
    );
  }
  if (possible.length > 1)
    throw new TidegateError(
      'bad-request',
      `Several can be meant: ${possible.map((lane) => `${lane.service} in ${lane.environment}`).join(', ')}.`,
      { todo: 'Say which one with --service and --env.' },
    );
  return first;
};

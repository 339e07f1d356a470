import type { Engine } from '../engine/engine.ts';
import type { LaneKey } from '../engine/lane-key.ts';
import { TidegateError } from '../errors.ts';

/** The key of a lane that can exist: both names are known. @throws `not-found` */
export const knownLane = (engine: Engine, { environment, service }: LaneKey): LaneKey => {
  if (!engine.environments.some(({ name }) => name === environment))
    throw new TidegateError(
      'not-found',
      `There is no environment ${environment}; there are ${engine.environments.map(({ name }) => name).join(', ')}.`,
    );
  return { environment, service: knownService(engine, service) };
};

/** @throws `not-found` for a service of which no release was ever sealed. */
export const knownService = (engine: Engine, service: string): string => {
  if (!engine.catalog.services.has(service))
    throw new TidegateError('not-found', `There is no service ${service}.`, {
      todo: '`tidegate list services` shows what there is; the first `tidegate ship` makes one.',
    });
  return service;
};

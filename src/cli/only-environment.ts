import type { Client } from '../client/client.ts';
import { TidegateError } from '../errors.ts';

/** The environment there is, where there is one. @throws TidegateError `bad-request` where one must be named. */
export const onlyEnvironment = async (client: Client): Promise<string> => {
  const names = (await client.environments()).map(({ name }) => name);
  if (names.length === 1) return names[0]!;
  throw new TidegateError('bad-request', `Which environment? There are ${names.join(', ')}.`, {
    todo: 'Name it with --env.',
  });
};

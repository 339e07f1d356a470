import type { Client } from '../client/client.ts';
import { closest } from '../config/closest.ts';
import { TidegateError } from '../errors.ts';

/**
 * For a look that found nothing: whether that is because of a name that nobody knows. Only names that were typed belong
 * here; the service of a tidegate.yaml may be new.
 * @throws TidegateError `not-found` that names what exists
 */
export const requireKnown = async (
  client: Client,
  { service, env }: { readonly service?: string | undefined; readonly env?: string | undefined },
): Promise<void> => {
  if (env !== undefined)
    refuseUnknown(
      'environment',
      env,
      (await client.environments()).map(({ name }) => name),
    );
  if (service !== undefined)
    refuseUnknown(
      'service',
      service,
      (await client.services()).map((one) => one.service),
    );
};

const refuseUnknown = (kind: 'environment' | 'service', name: string, known: readonly string[]): void => {
  if (known.includes(name)) return;
  const meant = nearName(name, known);
  throw new TidegateError(
    'not-found',
    `There is no ${kind} ${name}; ${known.length === 0 ? 'nothing was shipped yet' : `there are ${known.join(', ')}`}.`,
    {
      todo: meant === undefined ? `\`tidegate list ${kind}s\` shows what exists.` : `Did you mean ${meant}?`,
    },
  );
};

/** The name that was most likely meant: one that is spelled alike, or that begins so. */
export const nearName = (name: string, known: readonly string[]): string | undefined => {
  const alike = closest(name, known);
  if (alike !== undefined) return alike;
  const longer = known.filter((one) => name.length >= 3 && one.startsWith(name));
  return longer.length === 1 ? longer[0] : undefined;
};

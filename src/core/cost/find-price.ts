import { listPrices } from './list-prices.ts';
import type { Price, Prices } from './price.ts';

export interface PriceQuestion {
  readonly service: string;
  /** Null for a release that names none. */
  readonly provider: string | null;
  /** Null when nobody knows. */
  readonly model: string | null;
}

/**
 * The price that holds: of the service, else one that was set for the provider's model, else for the model whoever runs it, else that
 * of the list. Names must be equal: of a model whose name only begins the same the price may be another. Null: nobody knows.
 */
export function findPrice(
  own: Prices | undefined,
  { service, provider, model }: PriceQuestion,
): Price | null {
  const ofService =
    own !== undefined && Object.hasOwn(own.services, service) ? own.services[service] : undefined;
  if (ofService !== undefined) return ofService;
  if (model === null) return null;
  const set = own?.models.filter((one) => one.model === model) ?? [];
  const found =
    set.find((one) => one.provider !== null && one.provider === provider) ??
    set.find((one) => one.provider === null) ??
    listPrices.find((one) => one.provider === provider && one.model === model);
  return found?.price ?? null;
}

import type { Budget, BudgetScope } from './budget.ts';

/** At most `burst` at once, and `perSecond` on average. Both above 0. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What is counted: requests when they come, tokens and nano-dollars (`usd`) when the answer has told them. */
export type Measure = 'requests' | 'tokens' | 'usd';
export const MEASURES: readonly Measure[] = ['requests', 'tokens', 'usd'];

export interface Limit {
  readonly rates: Readonly<Partial<Record<Measure, Rate>>>;
  /** Requests being worked on at once; null: no bound. */
  readonly inFlight: number | null;
}

/** What the gateways of one environment let in, over all of their processes together. */
export interface Limits {
  /** Everything that comes in. */
  readonly total: Limit;
  /** By name of the service. */
  readonly services: Readonly<Record<string, Limit>>;
  /** Of each API key (or all requests without one, together) that no tier names. */
  readonly keys: Limit;
  readonly tiers: readonly Tier[];
  /** Absent: none. */
  readonly budgets?: readonly Budget[];
  /** Requests that found too many in flight wait here, in the order they came. */
  readonly queue: { readonly waiting: number; readonly waitMs: number };
}

/** Keys that have limits of their own. Each key of a tier has all of the limit. */
export interface Tier {
  readonly name: string;
  readonly keys: readonly string[];
  readonly limit: Limit;
}

/** A limit with the name that its counts go under; equal names share one count. */
export interface NamedLimit {
  readonly name: string;
  readonly limit: Limit;
}

const ANONYMOUS = '';

/**
 * The limits that a request must keep to, the narrowest first. Those that bound nothing are left out. `tierName` is the tier that
 * the caller's token names, which counts where no tier names the key itself.
 */
export function limitsOn(
  limits: Limits,
  service: string,
  keyId: string | null,
  tierName: string | null = null,
): readonly NamedLimit[] {
  const id = keyId ?? ANONYMOUS;
  const tier = keyId === null ? undefined : tierOf(limits, keyId, tierName);
  const all: NamedLimit[] = [
    { name: `key ${id}`, limit: tier?.limit ?? limits.keys },
    { name: `service ${service}`, limit: limits.services[service] ?? UNLIMITED },
    { name: 'total', limit: limits.total },
  ];
  return all.filter(({ limit }) => bounds(limit));
}

/** The budgets that a request is paid from. */
export function budgetsOn(
  { budgets = [], ...limits }: Limits,
  service: string,
  keyId: string | null,
  tierName: string | null = null,
): readonly Budget[] {
  const tier = keyId === null ? undefined : tierOf(limits, keyId, tierName);
  return budgets.filter(({ of }) => isPaidFrom(of, service, keyId, tier?.name ?? null));
}

function isPaidFrom(of: BudgetScope, service: string, keyId: string | null, tier: string | null): boolean {
  switch (of.scope) {
    case 'total':
      return true;
    case 'service':
      return of.name === service;
    case 'key':
      return of.name === keyId;
    case 'tier':
      return of.name === tier;
  }
}

const tierOf = ({ tiers }: Pick<Limits, 'tiers'>, keyId: string, tierName: string | null): Tier | undefined =>
  tiers.find(({ keys }) => keys.includes(keyId)) ??
  (tierName === null ? undefined : tiers.find(({ name }) => name === tierName));

export const UNLIMITED: Limit = { rates: {}, inFlight: null };

const bounds = ({ rates, inFlight }: Limit): boolean =>
  inFlight !== null || MEASURES.some((measure) => rates[measure] !== undefined);

import { type AddressHealth, freshShare, standingOf } from './address-health.ts';

/** What is known of an address when one is picked. */
export interface Pickable {
  readonly inFlight: number;
  /** It refused a connection lately. */
  readonly restsUntilMs: number;
  readonly health: AddressHealth;
}

export interface PickSpec<T> {
  /** In this request already. */
  readonly tried: readonly T[];
  readonly nowMs: number;
  readonly slowStartMs: number;
  /** From 0 to below 1, uniformly drawn. */
  readonly chance: number;
}

/** From more than so many, two are drawn and the less busy one taken, which is nearly as good as looking at all. */
const LOOKED_AT_ALL = 8;

/**
 * The least busy address that is well. Those that refuse connections, are ejected or are fresh come after it, so that there is
 * an answer while there is any address; and when more than half are ejected it is not the addresses that are bad, so none is
 * passed over for it. Null when all were tried. Mitzenmacher, "The power of two choices in randomized load balancing".
 */
export function pickAddress<T extends Pickable>(addresses: readonly T[], spec: PickSpec<T>): T | null {
  const count = addresses.length;
  const { tried, nowMs, chance } = spec;
  if (count === 1) return tried.length === 0 ? addresses[0]! : null;
  if (count > LOOKED_AT_ALL && tried.length === 0) {
    const first = Math.floor(chance * count);
    const second = (first + 1 + Math.floor(((chance * count) % 1) * (count - 1))) % count;
    const [a, b] = [addresses[first]!, addresses[second]!];
    const less = a.inFlight <= b.inFlight ? a : b;
    if (rankOf(less, spec, false) === 0) return less;
  }
  let ejected = 0;
  for (const { health } of addresses) if (standingOf(health, nowMs) === 'out') ejected += 1;
  const areAllSuspect = ejected * 2 > count;
  const from = Math.floor(chance * count);
  let best: T | null = null;
  let bestRank = 0;
  for (let step = 0; step < count; step += 1) {
    const address = addresses[(from + step) % count]!;
    if (tried.includes(address)) continue;
    const rank = rankOf(address, spec, areAllSuspect);
    if (best === null || rank < bestRank || (rank === bestRank && address.inFlight < best.inFlight)) {
      best = address;
      bestRank = rank;
    }
  }
  return best;
}

/** 0 is best. */
function rankOf<T extends Pickable>(
  { health, restsUntilMs }: T,
  { nowMs, slowStartMs, chance }: PickSpec<T>,
  areAllSuspect: boolean,
): number {
  if (restsUntilMs > nowMs) return 3;
  if (!areAllSuspect && standingOf(health, nowMs) === 'out') return 2;
  // Other digits of the same draw: where the search begins must not decide who is held back.
  const part = (chance * 9973) % 1;
  return part < freshShare(health, slowStartMs, nowMs) ? 0 : 1;
}

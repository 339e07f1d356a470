import type { UpstreamCare } from '../../core/routing/table.ts';
import type { AddressStanding } from '../../core/telemetry/measures.ts';
import { freshShare, standingOf } from '../upstreams/address-health.ts';
import type { Upstream } from '../upstreams/upstreams.ts';

/** In one word, how an address is treated now by a service with this care. `nowMs` is monotonic. */
export function addressStanding(
  { health, restsUntilMs }: Pick<Upstream, 'health' | 'restsUntilMs'>,
  care: UpstreamCare | undefined,
  nowMs: number,
): AddressStanding {
  if (restsUntilMs > nowMs) return 'refusing';
  if (health.isProbed || standingOf(health, nowMs) === 'probe') return 'probing';
  if (standingOf(health, nowMs) === 'out') return 'ejected';
  return freshShare(health, care?.slowStartMs ?? 0, nowMs) < 1 ? 'slow-start' : 'in';
}

import type { UpstreamCare } from '../../core/routing/table.ts';
import type { LiveTrack, Snapshot } from '../routes/snapshot.ts';
import type { Upstream } from '../upstreams/upstreams.ts';

export interface UsedAddress {
  readonly service: string;
  readonly track: LiveTrack;
  readonly upstream: Upstream;
  readonly care: UpstreamCare | undefined;
}

/** Every address in the table, once for each track that uses it. */
export function usedAddresses(snapshot: Snapshot | null): UsedAddress[] {
  const used: UsedAddress[] = [];
  for (const { route, stable, candidate } of snapshot?.services.values() ?? []) {
    for (const track of [stable, candidate])
      for (const upstream of track?.upstreams ?? [])
        used.push({ service: route.service, track: track!, upstream, care: route.care });
  }
  return used;
}

/** Origin and path: what an address may hold of names and passwords is nobody's business. */
export function shownAddress({ address }: Upstream): string {
  const { origin, pathname } = new URL(address);
  return pathname === '/' ? origin : origin + pathname;
}

import { shortDigest } from '../../core/digest.ts';
import type { CandidateRoute, RouteTable, ServiceRoute, TrackRoute } from '../../core/routing/table.ts';
import { type Membership, membershipOf } from '../assignment/membership.ts';
import { type StickyReader, stickyReader } from '../assignment/sticky.ts';
import { type KeyRing, keyRing } from '../identity/key-ring.ts';
import { type LiveProvider, openProvider } from '../providers/live-provider.ts';
import type { ProviderKeys } from '../providers/provider-keys.ts';
import type { TrackCounts, Traffic } from '../traffic.ts';
import type { Upstream, Upstreams } from '../upstreams/upstreams.ts';
import { openUsage, type PricedTrack, pricedTrack, type Usage } from '../usage/usage.ts';

/** A route table made ready for serving: replaced by reference, never changed, so that a request sees one table throughout. */
export interface Snapshot {
  readonly table: RouteTable;
  readonly keys: KeyRing;
  readonly services: ReadonlyMap<string, LiveService>;
}

export interface LiveService {
  readonly route: ServiceRoute;
  readonly stable: LiveTrack | null;
  readonly candidate: LiveCandidate | null;
  /** Null: each request is drawn by itself. */
  readonly sticky: StickyReader | null;
  /** The part of the requests that is asked by itself, and evidence, while there is a candidate. */
  readonly evidenceShare: number;
}

export interface LiveTrack {
  readonly track: 'stable' | 'candidate';
  /** As the header `tidegate-release` gives it: version, `@`, first digits of the digest. */
  readonly label: string;
  readonly upstreams: readonly Upstream[];
  /** Null: asked as the client asks. */
  readonly provider: LiveProvider | null;
  readonly counts: TrackCounts;
  readonly priced: PricedTrack;
  /** The part of a log line that is the same for every request of this track under this table. */
  readonly logFragment: string;
}

export interface LiveCandidate extends LiveTrack {
  readonly route: CandidateRoute;
  /** Null: everybody is in its audience. */
  readonly isInAudience: Membership | null;
  readonly shadowCounts: TrackCounts;
  readonly shadowPriced: PricedTrack;
}

/** Throws when the table names an address that is none. */
export function compileTable(
  table: RouteTable,
  upstreams: Upstreams,
  traffic: Traffic,
  isKeyAlwaysRequired: boolean,
  keys: ProviderKeys = { of: () => null },
  usage: Usage = openUsage(),
): Snapshot {
  const services = new Map<string, LiveService>();
  for (const [name, route] of Object.entries(table.services)) {
    const live = (track: 'stable' | 'candidate', to: TrackRoute): LiveTrack => ({
      track,
      label: `${to.releaseVersion}@${shortDigest(to.release)}`,
      upstreams: to.upstreams.map((address) => upstreams.take(address, route.timeouts.connectMs, to.tls)),
      provider: to.provider === undefined ? null : openProvider(to.provider, keys),
      counts: traffic.of(name, track, to),
      priced: pricedTrack(usage.of(name, track, to), table.prices, name, to),
      logFragment: logFragment(table, route, track, to),
    });
    services.set(name, {
      route,
      sticky: route.sticky && stickyReader(route.sticky),
      stable: route.stable && live('stable', route.stable),
      candidate: route.candidate && {
        ...live('candidate', route.candidate),
        route: route.candidate,
        isInAudience:
          // Without stable there is nobody else to answer.
          route.candidate.audience === undefined || route.stable === null
            ? null
            : membershipOf(route.candidate.audience, route.candidate.salt),
        shadowCounts: traffic.of(name, 'shadow', route.candidate),
        shadowPriced: pricedTrack(
          usage.of(name, 'shadow', route.candidate),
          table.prices,
          name,
          route.candidate,
        ),
      },
      evidenceShare: Math.min(route.cache?.evidenceShare ?? 1, route.batching?.evidenceShare ?? 1),
    });
  }
  return { table, keys: keyRing(table.apiKeys, isKeyAlwaysRequired), services };
}

export function upstreamsOf({ services }: Snapshot): Set<Upstream> {
  const used = new Set<Upstream>();
  for (const { stable, candidate } of services.values()) {
    for (const upstream of stable?.upstreams ?? []) used.add(upstream);
    for (const upstream of candidate?.upstreams ?? []) used.add(upstream);
  }
  return used;
}

function logFragment({ generation }: RouteTable, route: ServiceRoute, track: string, to: TrackRoute): string {
  const { epoch, seq, cut } = generation;
  const fields = {
    service: route.service,
    track,
    release: to.release,
    version: to.releaseVersion,
    rollout: route.candidate?.rollout ?? null,
    stage: route.candidate?.stage ?? null,
    generation: `${epoch}.${seq}.${cut}`,
  };
  return JSON.stringify(fields).slice(1, -1);
}

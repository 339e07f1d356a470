import type { Digest } from '../core/digest.ts';
import { desired } from '../core/rollout/desired.ts';
import type { LaneState } from '../core/rollout/state.ts';
import type {
  CandidateRoute,
  Generation,
  RouteTable,
  ServiceRoute,
  TrackRoute,
} from '../core/routing/table.ts';
import type { Catalog } from './catalog.ts';
import type { Environment } from './environments.ts';
import type { LaneKey } from './lane-key.ts';
import { isCompletedAfterCut, standInFor } from './stand-in.ts';

export interface RoutesInput {
  readonly environment: Environment;
  readonly lanes: readonly { readonly key: LaneKey; readonly state: LaneState }[];
  readonly catalog: Catalog;
  readonly epoch: number;
  /** Rollouts whose exposure was cut before the ledger could say so. */
  readonly cut: { readonly count: number; readonly rollouts: ReadonlySet<string> };
}

/**
 * The route table of an environment: a pure function of the recorded state. Its generation is the newest record it
 * follows from, so equal generations always mean equal tables.
 */
export const routeTable = ({ environment, lanes, catalog, epoch, cut }: RoutesInput): RouteTable => {
  const own = lanes.filter(({ key }) => key.environment === environment.name);
  const limits = catalog.limits.byEnvironment.get(environment.name);
  const prices = catalog.prices.byEnvironment.get(environment.name);
  const seq = newestSeq(environment.name, lanes, catalog);
  const generation: Generation = { epoch, seq, cut: cut.count };
  const services: Record<string, ServiceRoute> = {};
  const cutHere = own
    .flatMap(({ state }) => [state.rollout?.order.rollout ?? '', state.stable?.rollout ?? ''])
    .filter((rollout) => cut.rollouts.has(rollout));
  for (const { key, state } of own) {
    const route = serviceRoute(key.service, state, catalog, cut.rollouts);
    if (route !== null) services[key.service] = route;
  }
  return {
    version: 1,
    environment: environment.name,
    generation,
    ...(cutHere.length > 0 && { cut: cutHere }),
    apiKeys: {
      required: environment.apiKeyRequired,
      keys: catalog.keys.active.map(({ id, sha256 }) => ({ id, sha256 })),
    },
    services,
    ...(limits?.limits && { limits: limits.limits }),
    ...(prices?.prices && { prices: prices.prices }),
  };
};

/** Sequence number of the newest record that the table of an environment follows from. */
export const newestSeq = (
  environment: string,
  lanes: RoutesInput['lanes'],
  { keys, limits, prices }: Catalog,
): number =>
  Math.max(
    0,
    keys.seq,
    limits.byEnvironment.get(environment)?.seq ?? 0,
    prices.byEnvironment.get(environment)?.seq ?? 0,
    ...lanes.flatMap(({ key, state }) => (key.environment === environment ? [state.seq] : [])),
  );

const serviceRoute = (
  service: string,
  lane: LaneState,
  catalog: Catalog,
  cut: ReadonlySet<string>,
): ServiceRoute | null => {
  const { route } = desired(lane);
  const serving = isCompletedAfterCut(lane, cut) ? standInFor(lane, cut) : route.stable;
  const stable = serving === null ? null : track(lane, catalog, serving.release);
  const candidate =
    route.candidate === null || cut.has(route.candidate.rollout) ? null : candidateRoute(lane, catalog);
  const served = route.stable?.release ?? route.candidate?.release;
  const manifest = served === undefined ? undefined : catalog.byDigest.get(served)?.manifest;
  if (manifest === undefined) return null;
  return {
    service,
    protocol: manifest.protocol,
    repeatable: manifest.traffic.repeatable,
    sticky: manifest.traffic.sticky,
    timeouts: manifest.traffic.timeouts,
    ...(manifest.traffic.care && { care: manifest.traffic.care }),
    ...(manifest.traffic.telemetry && { telemetry: manifest.traffic.telemetry }),
    ...(manifest.traffic.fallback && { fallback: manifest.traffic.fallback }),
    ...(manifest.traffic.cache && { cache: manifest.traffic.cache }),
    ...(manifest.traffic.batching && { batching: manifest.traffic.batching }),
    ...(manifest.traffic.capture && { capture: manifest.traffic.capture }),
    stable,
    candidate,
  };
};

const track = (lane: LaneState, catalog: Catalog, release: Digest): TrackRoute | null => {
  const manifest = catalog.byDigest.get(release)?.manifest;
  if (manifest === undefined) return null;
  const { provider, tls } = manifest.serving.kind === 'external' ? manifest.serving : {};
  return {
    release,
    releaseVersion: manifest.version,
    upstreams: lane.workloads[release]?.addresses ?? [],
    ...(tls && { tls }),
    ...(provider && { provider }),
  };
};

/** How much stricter than the control plane a gateway is before it acts on its own. */
const tripWireStrictness = 10;

const candidateRoute = (lane: LaneState, catalog: Catalog): CandidateRoute | null => {
  const { rollout } = lane;
  const exposed = desired(lane).route.candidate;
  if (rollout === null || exposed === null) return null;
  const base = track(lane, catalog, exposed.release);
  const manifest = catalog.byDigest.get(exposed.release)?.manifest;
  if (base === null || manifest === undefined) return null;
  const { plan, salt, slow } = rollout.order;
  return {
    ...base,
    rollout: exposed.rollout,
    stage: exposed.stage,
    salt,
    share: lane.stable === null ? 1 : exposed.share,
    earlierShare: Math.max(0, ...plan.stages.slice(0, exposed.stage).map(({ exposure }) => exposure.share)),
    mirrorShare: lane.stable === null ? 0 : exposed.mirrorShare,
    ...(lane.stable !== null && exposed.audience && { audience: exposed.audience }),
    leaseMs: plan.leaseMs,
    rescue: lane.stable !== null && plan.strategy !== 'rollback',
    readings: {
      guards: plan.guards.map(({ name, marginShare, boundShare }) =>
        boundShare === null ? { name, marginShare } : { name, marginShare, boundShare },
      ),
      slowMs: slow.limitMs,
      feedbackWithinMs: manifest.traffic.feedbackWithinMs,
      unit: plan.unit ?? 'request',
      ...(manifest.traffic.cost && { cost: manifest.traffic.cost }),
      ...(manifest.traffic.score && { score: manifest.traffic.score }),
      ...(manifest.traffic.checks && { checks: manifest.traffic.checks }),
      ...(manifest.traffic.judge && { judge: manifest.traffic.judge }),
    },
    tripWireAlpha:
      lane.stable === null || plan.guards.length === 0 ? 0 : plan.alpha.rollback / tripWireStrictness,
    compare: manifest.traffic.compare,
  };
};

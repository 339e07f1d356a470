import type { Hello, ToGateway } from '../../core/routing/link.ts';
import {
  type CandidateRoute,
  compareGenerations,
  type Generation,
  type RouteTable,
} from '../../core/routing/table.ts';
import { assign, digestOfKey, placeOf } from '../../gateway/assignment/assign.ts';
import { openShareCeiling } from '../../gateway/assignment/share-ceiling.ts';
import { candidatesOf } from '../../gateway/candidates-of.ts';
import { openFirstRequests } from '../../gateway/first-requests.ts';
import { openKeyMemory } from '../../gateway/key-memory.ts';
import { type Cohort, openCohorts, updateOf } from '../../gateway/outcomes/cohorts.ts';
import { type Outcome, openOutcomes } from '../../gateway/outcomes/outcomes.ts';
import { openTripWire } from '../../gateway/outcomes/trip-wire.ts';
import { openExposure } from '../../gateway/routes/exposure.ts';
import { openRoutes } from '../../gateway/routes/routes.ts';
import { compileTable, type LiveTrack } from '../../gateway/routes/snapshot.ts';
import { openTraffic } from '../../gateway/traffic.ts';
import type { Upstream } from '../../gateway/upstreams/upstreams.ts';
import type { Link } from './link.ts';
import { memoryKeyDisk } from './memory-key-disk.ts';
import type { RandomSource } from './random-source.ts';
import type { Answer, Served } from './served-request.ts';
import { type VirtualTime, wallStartMs } from './virtual-time.ts';
import { RING_HEADER } from './with-audience.ts';

/** What one run of a gateway process leaves behind on its disk. */
export interface RouteDisk {
  table: RouteTable | null;
  /** Which sticky keys it has counted, by name of the file. */
  readonly keys: Map<string, Buffer>;
  /** No write of a table ends before then. */
  slowUntilMs: number;
}

export interface GatewayProcess {
  readonly name: string;
  readonly environment: string;
  readonly boot: string;
  isAlive(): boolean;
  generation(): Generation | null;
  inForce(): RouteTable | null;
  link(): Link | null;
  hears(message: ToGateway): void;
  /** A connection was made; greets over it. */
  connect(link: Link): void;
  disconnected(link: Link): void;
  /** `ring` is what the request says in `x-ring`. */
  request(service: string, key: string | null, ring: string | null): void;
  /** To be called several times a second. */
  tick(): void;
  kill(): void;
}

const framesOf = 500;

/**
 * A gateway without sockets: the production code that decides about exposure, cohorts, trip wires and route tables, driven with
 * virtual time, and as much glue as the real process has around it.
 */
export const startGatewayProcess = (parts: {
  readonly name: string;
  readonly environment: string;
  readonly boot: string;
  /** Which of the environment's processes it is, from 0. */
  readonly process: number;
  readonly processes: number;
  readonly time: VirtualTime;
  readonly random: RandomSource;
  readonly disk: RouteDisk;
  /** Where the next request without a key stands between 0 and 1. */
  readonly draw: () => number;
  /** How the replica at an address answers a request now. */
  readonly answerOf: (address: string) => Answer;
  readonly served: (served: Served) => void;
  readonly applied: (generation: Generation) => void;
  readonly tookForce: (table: RouteTable, isFromDisk: boolean) => void;
  readonly noted: (what: string) => void;
  readonly troubled: (what: string, error: unknown) => void;
}): GatewayProcess => {
  const { name, environment, boot, process, processes, time, random, disk } = parts;
  const startedAtMs = time.nowMs();
  const monotonicMs = (): number => time.nowMs() - startedAtMs;
  const traffic = openTraffic();
  const exposure = openExposure();
  const tripWire = openTripWire(boot, processes);
  const ceiling = openShareCeiling();
  const firstRequests = openFirstRequests({
    process,
    processes,
    keysAtMost: 1_000,
    memory: openKeyMemory({
      disk: memoryKeyDisk(disk.keys),
      name,
      process,
      processes,
      onTrouble: (what, about) => parts.troubled(`${what}: ${JSON.stringify(about)}`, null),
    }),
  });
  const upstreamByAddress = new Map<string, Upstream>();
  const bornAtMs = new WeakMap<Cohort, number>();
  let isAlive = true;
  let link: Link | null = null;
  let frameSeq = 0;
  let isTrafficWhole = false;
  let hadLease = false;
  let invocations = 0;

  const cohorts = openCohorts({ sliceMs: 250, retainedAtMost: 20_000, onGivenUp: () => {} });
  const outcomes = openOutcomes({
    cohorts,
    followedAtMost: 200_000,
    onBad: () => {},
  });

  const renewLease = (): void => {
    hadLease = true;
    exposure.renewLease(monotonicMs());
  };

  const aMoment = (): Promise<true> => new Promise((resolve) => time.after(100, () => resolve(true)));

  const upstream = (address: string): Upstream => {
    const known = upstreamByAddress.get(address);
    if (known !== undefined) return known;
    // Only these fields are read by what runs here; there are no connections to pool.
    const fresh = { address, refusedAtMs: -1, refusals: 0, restsUntilMs: 0, inFlight: 0 } as Upstream;
    upstreamByAddress.set(address, fresh);
    return fresh;
  };

  const routes = openRoutes({
    environment,
    file: {
      load: async () => disk.table,
      save: async (table) => {
        do await new Promise<void>((resolve) => time.after(random.between(0.5, 6), resolve));
        while (disk.slowUntilMs > time.nowMs() && (await aMoment()));
        // A write that a dead process had begun never became the file.
        if (!isAlive) await new Promise(() => {});
        disk.table = table;
      },
    },
    compile: (table) =>
      compileTable(table, { take: upstream, retain: () => {}, close: async () => {} }, traffic, false),
    onInForce(snapshot, isFromDisk) {
      if (!isFromDisk) renewLease();
      tripWire.restart(exposure.lift());
      cohorts.closeAll();
      const rollouts = new Set(candidatesOf(snapshot).keys());
      for (const memory of [tripWire, ceiling]) memory.retain(rollouts);
      if (!isFromDisk) firstRequests.retain(rollouts);
      if (isFromDisk) parts.noted('gateway: serves a table from disk');
      parts.tookForce(snapshot.table, isFromDisk);
    },
    applied(generation, accepted) {
      if (!isAlive) return;
      if (accepted) parts.applied(generation);
      link?.toControlPlane({ type: 'applied', generation, accepted });
    },
    onDamaged: (file, why) => parts.troubled(`${file}: ${why}`, null),
    onTrouble: parts.troubled,
  });
  void routes.restore();

  const stopCandidate = (trip: Parameters<typeof exposure.stop>[0]): void => {
    if (!exposure.stop(trip)) return;
    cohorts.closeAll();
    link?.toControlPlane(trip);
  };

  const sendFrame = (): void => {
    if (link === null) return;
    const batch = cohorts.unconfirmed(framesOf);
    const counts = traffic.take(isTrafficWhole ? 'changed' : 'all');
    isTrafficWhole = true;
    if (batch.length === 0 && counts.length === 0) return;
    frameSeq += 1;
    const reported = batch.map((cohort) => {
      cohort.inFrame = frameSeq;
      const startedAtMs = wallStartMs + (bornAtMs.get(cohort) ?? 0);
      return {
        ...updateOf(cohort, boot),
        startedAtMs,
        service: cohort.service,
        rollout: cohort.rollout,
      };
    });
    link.toControlPlane({
      type: 'frame',
      seq: frameSeq,
      atMs: wallStartMs + time.nowMs(),
      cohorts: reported,
      traffic: counts,
    });
  };

  const hello = (): Hello => ({
    type: 'hello',
    gateway: name,
    environment,
    boot,
    pid: 0,
    address: 'memory:',
    generation: routes.generation(),
    cut: routes.snapshot()?.table.cut ?? [],
    tripped: exposure.stopped().map(({ rollout }) => rollout),
  });

  const refused = (service: string, rollout: string, track: LiveTrack): void => {
    const trip = tripWire.afterRefusal(service, rollout, track.upstreams, monotonicMs());
    if (trip !== null && candidatesOf(routes.snapshot()).has(rollout)) stopCandidate(trip);
  };

  /** Sends to one track; what the user sees in the end. */
  const answer = (
    service: string,
    rollout: string | null,
    track: LiveTrack,
    outcome: Outcome | null,
  ): { isBad: boolean; address: string | null } => {
    const address = track.upstreams.length === 0 ? null : random.pick(track.upstreams).address;
    const given = address === null ? null : parts.answerOf(address);
    const isBad = given === null || given.isRefused || given.isBad;
    track.counts.lastAssignedAtMs = wallStartMs + time.nowMs();
    track.counts.hasChanged = true;
    if (address !== null) upstream(address).refusedAtMs = given?.isRefused === true ? monotonicMs() : -1;
    const settle = (): void => {
      if (outcome === null) return;
      outcomes.settle(outcome, 'errors', isBad);
      outcomes.end(outcome, monotonicMs());
      outcomes.noAnswer(outcome);
    };
    const latencyMs = given === null || given.isRefused ? 0 : given.latencyMs;
    if (latencyMs <= 5) settle();
    else
      time.after(
        latencyMs,
        () => {
          if (isAlive) settle();
        },
        true,
      );
    if (given?.isRefused === true && track.track === 'candidate' && rollout !== null)
      refused(service, rollout, track);
    return { isBad, address: given === null || given.isRefused ? null : address };
  };

  const noteTakenBack = ({ rollout }: CandidateRoute): void => {
    const isTripped = exposure.stopped().some((trip) => trip.rollout === rollout);
    if (isTripped) parts.noted('gateway: trip wire keeps the candidate off');
    else if (hadLease) parts.noted('gateway: lease ran out');
  };

  const request = (serviceName: string, key: string | null, ring: string | null): void => {
    const snapshot = routes.snapshot();
    const service = snapshot?.services.get(serviceName);
    if (snapshot === null || service === undefined) return;
    const nowMs = monotonicMs();
    const { candidate, stable } = service;
    const asked = { headers: ring === null ? {} : { [RING_HEADER]: ring }, claims: null, keyId: null };
    const isOutside = candidate?.isInAudience != null && !candidate.isInAudience(asked);
    if (isOutside) parts.noted('gateway: outside the audience');
    const share = isOutside ? 0 : exposure.shareOf(service, nowMs);
    const digest = candidate !== null && key !== null ? digestOfKey(candidate.route.salt, key) : null;
    const place = digest === null ? parts.draw() : placeOf(digest);
    const drawn = candidate !== null && assign(place, share) === 'candidate' ? candidate : stable;
    const mayOverflow = candidate !== null && service.route.sticky !== null && share > 0 && stable !== null;
    if (candidate !== null && !isOutside && share === 0 && candidate.route.share > 0)
      noteTakenBack(candidate.route);
    const isFull = mayOverflow && ceiling.binds(candidate.route.rollout, share, nowMs);
    const track = isFull ? stable : drawn;
    if (isFull) parts.noted('gateway: share ceiling binds');
    if (mayOverflow) ceiling.count(candidate.route.rollout, track === candidate);
    const seen = { service: serviceName, table: snapshot.table, place, ring };
    if (track === null) {
      parts.served({ ...seen, track: null, isMirrored: false, label: null, address: null });
      return;
    }
    let outcome: Outcome | null = null;
    let isMirrored = false;
    if (candidate !== null && !isFull && !isOutside) {
      const isFirst =
        digest !== null &&
        share > 0 &&
        candidate.route.readings.unit === 'key' &&
        firstRequests.isFirst(candidate.route, digest);
      const cohort = cohorts.at(serviceName, candidate.route, share, nowMs);
      if (!bornAtMs.has(cohort)) bornAtMs.set(cohort, time.nowMs());
      outcome = outcomes.start(cohort, track.track, nowMs, isFirst);
      outcome.answeredBy = track.counts;
      invocations += 1;
      outcomes.follow(outcome, `${boot}/${invocations}`);
      const mirrorShare = exposure.mirrorShareOf(service, nowMs);
      isMirrored = track.track === 'stable' && mirrorShare > 0 && random.chance(mirrorShare);
      if (isMirrored) {
        parts.noted('gateway: mirrors');
        const shadow = outcomes.prepareShadow(cohort);
        outcomes.pairUp(outcome, shadow);
        outcomes.startShadow(shadow, nowMs);
        answer(serviceName, candidate.route.rollout, candidate, shadow);
      }
    }
    const rollout = candidate?.route.rollout ?? null;
    const first = answer(serviceName, rollout, track, outcome);
    const isRescued = first.isBad && track === candidate && candidate.route.rescue && stable !== null;
    if (isRescued) parts.noted('gateway: stable rescues a request');
    const last = isRescued ? answer(serviceName, null, stable, null) : first;
    const { label } = isRescued ? stable : track;
    parts.served({ ...seen, track: track.track, isMirrored, label, address: last.address });
  };

  return {
    name,
    environment,
    boot,
    isAlive: () => isAlive,
    generation: routes.generation,
    inForce: () => routes.snapshot()?.table ?? null,
    link: () => link,
    hears(message) {
      if (!isAlive) return;
      switch (message.type) {
        case 'routes':
          routes.offer(message.table);
          return;
        case 'lease': {
          const generation = routes.generation();
          if (generation !== null && compareGenerations(generation, message.generation) === 0) renewLease();
          return;
        }
        case 'stored':
          cohorts.stored(message.seq);
          return;
        default:
          return;
      }
    },
    connect(fresh) {
      link = fresh;
      isTrafficWhole = false;
      cohorts.resend();
      fresh.toControlPlane(hello());
    },
    disconnected(gone) {
      if (link === gone) link = null;
    },
    request,
    tick() {
      const nowMs = monotonicMs();
      outcomes.expire(nowMs);
      cohorts.closeEnded(nowMs);
      const changed = cohorts.takeTouched();
      if (changed.length > 0)
        for (const trip of tripWire.weigh(changed, candidatesOf(routes.snapshot()))) stopCandidate(trip);
      firstRequests.write();
      sendFrame();
    },
    kill() {
      isAlive = false;
      routes.close();
      link?.close(false);
      link = null;
    },
  };
};

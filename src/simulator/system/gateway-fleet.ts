import type { Frame } from '../../core/routing/link.ts';
import { watchGateway } from './checks/gateway-watch.ts';
import type { OutsideChecker } from './checks/outside-checker.ts';
import { type GatewayProcess, type RouteDisk, startGatewayProcess } from './gateway-process.ts';
import type { LedgerTruth } from './ledger-truth.ts';
import { type LinkConditions, openLink } from './link.ts';
import type { LinkHub } from './link-hub.ts';
import type { RandomSource } from './random-source.ts';
import type { Setup } from './scenario.ts';
import type { Answer } from './served-request.ts';
import type { Report } from './violation.ts';
import type { VirtualTime } from './virtual-time.ts';
import { ringOf } from './with-audience.ts';

/** All gateways with their disks, their links and the clients that call them. */
export interface GatewayFleet {
  start(): void;
  processes(): readonly GatewayProcess[];
  kill(gateway: string, restartAfterMs: number): void;
  conditions(gateway: string): LinkConditions | undefined;
  cut(gateway: string): void;
  /** Nothing arrives at this gateway for so long. */
  stall(gateway: string, forMs: number): void;
  slowDisk(gateway: string, untilMs: number): void;
  bendDraw(gateway: string, exponent: number, forMs: number): void;
  /** All is well again. */
  heal(): void;
  /** A control plane hears of processes that ended when none was there to see it. */
  tellLost(hub: LinkHub): void;
  requests(): number;
  /** A living gateway of the environment was told of exposure that was cut before it was recorded. */
  knowsOfCut(environment: string): boolean;
}

/** So often a gateway looks around; each time after a time of its own, so that no two keep in step. */
const tickMs = { least: 150, most: 350 };

/** A few users are heavy: they carry more of the requests than their number says. */
const userOf = (random: RandomSource): string => `user${Math.floor(40 * random.share() ** 8)}`;

export const openGatewayFleet = (parts: {
  readonly setup: Setup;
  readonly time: VirtualTime;
  readonly random: RandomSource;
  readonly truth: LedgerTruth;
  readonly report: Report;
  readonly outside: OutsideChecker;
  /** Whom a gateway that dials now reaches. */
  readonly hub: () => LinkHub | null;
  readonly hubs: () => readonly LinkHub[];
  /** A frame has reached a living control plane. */
  readonly heard: (frame: Frame) => void;
  /** A request of a user comes in while a candidate is on the routes. */
  readonly called: (rollout: string, stage: number, user: string) => void;
  /** A gateway's table has no candidate of a rollout any more. */
  readonly dropped: (boot: string, rollout: string) => void;
  readonly answerOf: (address: string) => Answer;
  /** Something has happened that a scenario may be meant to reach. */
  readonly noted: (what: string) => void;
  readonly releaseAt: (address: string) => { readonly release: string; readonly label: string } | null;
}): GatewayFleet => {
  const { setup, time, random, truth, report, outside } = parts;
  let boots = 0;
  let requests = 0;
  const lost: { environment: string; boot: string }[] = [];

  const versions = new Map<string, string>();
  /** What a header `tidegate-release` says before the `@`. */
  const versionIn = (label: string): string => {
    const known = versions.get(label);
    if (known !== undefined) return known;
    const [version = label] = label.split('@');
    versions.set(label, version);
    return version;
  };

  const gateways = setup.environments.flatMap((environment) =>
    Array.from({ length: environment.gateways }, (_, index) => ({
      name: `${environment.name}-${index + 1}`,
      environment: environment.name,
      index,
      siblings: environment.gateways,
      disk: { table: null, keys: new Map(), slowUntilMs: 0 } as RouteDisk,
      conditions: { isCut: false, stalledUntilMs: 0, held: [], roughShare: 0 } as LinkConditions,
      draw: { exponent: 1 },
      process: null as GatewayProcess | null,
      watch: null as ReturnType<typeof watchGateway> | null,
    })),
  );
  type Gateway = (typeof gateways)[number];
  const named = (name: string): Gateway | undefined => gateways.find((one) => one.name === name);

  const boot = (gateway: Gateway): void => {
    boots += 1;
    const watch = watchGateway({
      gateway: () => process,
      disk: gateway.disk,
      nowMs: time.nowMs,
      truth,
      releaseAt: parts.releaseAt,
      report,
    });
    let candidates: readonly string[] = [];
    const process: GatewayProcess = startGatewayProcess({
      name: gateway.name,
      environment: gateway.environment,
      boot: `boot${boots}`,
      process: gateway.index,
      processes: gateway.siblings,
      time,
      random,
      disk: gateway.disk,
      draw: () => random.share() ** gateway.draw.exponent,
      answerOf: parts.answerOf,
      served(served) {
        watch.served(served);
        if (served.label !== null)
          outside.answered(gateway.environment, served.service, gateway.name, versionIn(served.label));
      },
      applied: watch.applied,
      tookForce(table, isFromDisk) {
        const running = Object.values(table.services).flatMap(({ candidate }) => candidate?.rollout ?? []);
        for (const rollout of candidates)
          if (!running.includes(rollout)) parts.dropped(process.boot, rollout);
        candidates = running;
        watch.tookForce(table, isFromDisk);
      },
      noted: parts.noted,
      troubled: (what, error) => {
        report('crash', `${gateway.name}: ${what} ${error instanceof Error ? error.message : ''}`);
      },
    });
    gateway.process = process;
    gateway.watch = watch;
  };

  const dial = (gateway: Gateway): void => {
    const { process, conditions, watch } = gateway;
    const hub = parts.hub();
    if (process === null || watch === null || hub === null || conditions.isCut) return;
    if (process.link() !== null || random.chance(0.4)) return;
    const link = openLink({
      time,
      random,
      conditions,
      gatewayHears(message) {
        if (!process.isAlive()) return;
        watch.hears(message);
        process.hears(message);
      },
      controlPlaneHears(message) {
        if (!parts.hubs().includes(hub)) return;
        if (message.type === 'frame') parts.heard(message);
        hub.hear(link, message);
      },
      closed: () => process.disconnected(link),
    });
    hub.accept(link);
    process.connect(link);
  };

  const serve = (gateway: Gateway, forMs: number): void => {
    const { process, watch } = gateway;
    if (process === null || watch === null) return;
    for (const { name, requestRate, sticky } of setup.services) {
      const expected = (requestRate * forMs) / 1_000 / gateway.siblings;
      const count = Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0);
      for (let index = 0; index < count; index += 1) {
        requests += 1;
        const route = process.inForce()?.services[name];
        if (route === undefined) watch.unserved(name);
        const user = sticky ? userOf(random) : null;
        const ring = ringOf(user, requests);
        // Nobody who is outside of its audience may be told of.
        const isInside = ring !== null || route?.candidate?.audience === undefined || route.stable === null;
        if (user !== null && route != null && route.candidate !== null && isInside)
          parts.called(route.candidate.rollout, route.candidate.stage, user);
        process.request(name, user, ring);
      }
    }
  };

  /** Carries on for ever; the last time was `sinceMs` ago. */
  const tick = (gateway: Gateway, sinceMs: number): void => {
    dial(gateway);
    serve(gateway, sinceMs);
    gateway.process?.tick();
    const nextMs = random.between(tickMs.least, tickMs.most);
    time.after(nextMs, () => tick(gateway, nextMs), true);
  };

  const release = ({ conditions }: Gateway): void => {
    if (conditions.stalledUntilMs > time.nowMs()) return;
    for (const arrive of conditions.held.splice(0)) arrive();
  };

  return {
    start() {
      for (const gateway of gateways) {
        boot(gateway);
        time.after(random.between(1, tickMs.most), () => tick(gateway, tickMs.least), true);
      }
    },
    processes: () => gateways.flatMap(({ process }) => (process === null ? [] : [process])),
    kill(name, restartAfterMs) {
      const gateway = named(name);
      if (gateway?.process == null) return;
      const { environment, boot: ended } = gateway.process;
      gateway.process.kill();
      gateway.process = null;
      lost.push({ environment, boot: ended });
      for (const hub of parts.hubs()) time.after(random.between(1, 300), () => hub.lose(environment, ended));
      time.after(restartAfterMs, () => {
        if (gateway.process === null) boot(gateway);
      });
    },
    conditions: (name) => named(name)?.conditions,
    cut(name) {
      const gateway = named(name);
      if (gateway === undefined) return;
      gateway.conditions.isCut = true;
      gateway.process?.link()?.close(true);
    },
    stall(name, forMs) {
      const gateway = named(name);
      if (gateway === undefined) return;
      gateway.conditions.stalledUntilMs = Math.max(gateway.conditions.stalledUntilMs, time.nowMs() + forMs);
      time.after(forMs, () => release(gateway));
      const leaseMs = setup.environments.find((one) => one.name === gateway.environment)!.policy.leaseMs;
      outside.gatewayHeldUp(name, gateway.conditions.stalledUntilMs + leaseMs);
    },
    slowDisk(name, untilMs) {
      const gateway = named(name);
      if (gateway !== undefined) gateway.disk.slowUntilMs = Math.max(gateway.disk.slowUntilMs, untilMs);
    },
    bendDraw(name, exponent, forMs) {
      const gateway = named(name);
      if (gateway === undefined) return;
      gateway.draw.exponent = exponent;
      time.after(forMs, () => {
        gateway.draw.exponent = 1;
      });
    },
    heal() {
      for (const gateway of gateways) {
        const { conditions, disk } = gateway;
        gateway.draw.exponent = 1;
        conditions.isCut = false;
        conditions.roughShare = 0;
        conditions.stalledUntilMs = Math.min(conditions.stalledUntilMs, time.nowMs());
        disk.slowUntilMs = Math.min(disk.slowUntilMs, time.nowMs());
        release(gateway);
        if (gateway.process === null) boot(gateway);
      }
    },
    tellLost(hub) {
      for (const { environment, boot: ended } of lost) hub.lose(environment, ended);
    },
    requests: () => requests,
    knowsOfCut: (environment) =>
      gateways.some((one) => one.environment === environment && (one.process?.generation()?.cut ?? 0) > 0),
  };
};

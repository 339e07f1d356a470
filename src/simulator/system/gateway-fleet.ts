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
  /** All is well again. */
  heal(): void;
  /** A control plane hears of processes that ended when none was there to see it. */
  tellLost(hub: LinkHub): void;
  requests(): number;
  /** A living gateway of the environment was told of exposure that was cut before it was recorded. */
  knowsOfCut(environment: string): boolean;
}

const tickMs = 200;

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
  readonly answerOf: (address: string) => Answer;
  readonly releaseAt: (address: string) => { readonly release: string; readonly label: string } | null;
}): GatewayFleet => {
  const { setup, time, random, truth, report, outside } = parts;
  let boots = 0;
  let requests = 0;
  const lost: { environment: string; boot: string }[] = [];

  const gateways = setup.environments.flatMap((environment) =>
    Array.from({ length: environment.gateways }, (_, index) => ({
      name: `${environment.name}-${index + 1}`,
      environment: environment.name,
      index,
      siblings: environment.gateways,
      disk: { table: null, slowUntilMs: 0 } as RouteDisk,
      conditions: { isCut: false, stalledUntilMs: 0, held: [], roughShare: 0 } as LinkConditions,
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
    const process: GatewayProcess = startGatewayProcess({
      name: gateway.name,
      environment: gateway.environment,
      boot: `boot${boots}`,
      process: gateway.index,
      processes: gateway.siblings,
      time,
      random,
      disk: gateway.disk,
      answerOf: parts.answerOf,
      served(served) {
        watch.served(served);
        if (served.label !== null)
          outside.answered(gateway.environment, served.service, gateway.name, served.label.split('@')[0]!);
      },
      applied: watch.applied,
      tookForce: watch.tookForce,
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

  const serve = (gateway: Gateway): void => {
    const { process, watch } = gateway;
    if (process === null || watch === null) return;
    for (const { name, requestRate, sticky } of setup.services) {
      const expected = (requestRate * tickMs) / 1_000 / gateway.siblings;
      const count = Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0);
      for (let index = 0; index < count; index += 1) {
        requests += 1;
        if (process.inForce()?.services[name] === undefined) watch.unserved(name);
        process.request(name, sticky ? userOf(random) : null);
      }
    }
  };

  const tick = (gateway: Gateway): void => {
    dial(gateway);
    serve(gateway);
    gateway.process?.tick();
    time.after(tickMs, () => tick(gateway), true);
  };

  const release = ({ conditions }: Gateway): void => {
    if (conditions.stalledUntilMs > time.nowMs()) return;
    for (const arrive of conditions.held.splice(0)) arrive();
  };

  return {
    start() {
      for (const gateway of gateways) {
        boot(gateway);
        time.after(random.between(1, tickMs), () => tick(gateway), true);
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
    heal() {
      for (const gateway of gateways) {
        const { conditions, disk } = gateway;
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

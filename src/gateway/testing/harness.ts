import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, request } from 'undici';
import { type LinkGateways, openLinkGateways } from '../../adapters/gateways/link-gateways.ts';
import type { BudgetStanding } from '../../core/limits/budget.ts';
import type {
  Frame,
  Hello,
  RolloutCohort,
  TrafficCounts,
  Trip,
  UsageCounts,
} from '../../core/routing/link.ts';
import type { Generation, RouteTable } from '../../core/routing/table.ts';
import type { GatewayTelemetry } from '../../core/routing/telemetry-spec.ts';
import type { Identity } from '../../core/routing/trusted-issuer.ts';
import { type Gateway, openGateway } from '../gateway.ts';
import { checkGatewayConfig } from '../gateway-config.ts';
import type { GatewaySettings } from '../gateway-settings.ts';
import type { TlsFiles } from '../http/tls-pair.ts';
import { overTls } from './over-tls.ts';
import { transportUnderTest } from './transport-under-test.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

export interface AskOptions {
  readonly method?: 'GET' | 'POST' | 'HEAD' | 'PUT';
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** One gateway in this process, its real link, and everything the link has heard. */
export interface Harness {
  readonly directory: string;
  readonly logDir: string;
  readonly link: LinkGateways;
  readonly gateway: Gateway;
  readonly hellos: Hello[];
  readonly trips: Trip[];
  readonly applied: { generation: Generation; accepted: boolean }[];
  readonly complaints: { message: string; about: object }[];
  /** The newest state of every cohort. */
  cohorts(): RolloutCohort[];
  traffic(): TrafficCounts[];
  /** The newest counts of every series. */
  usage(): UsageCounts[];
  /** As they were told last. */
  budgets(): readonly BudgetStanding[];
  push(table: RouteTable): Promise<void>;
  ask(target: string, options?: AskOptions): Promise<Answer>;
  /** Ends gateway and link; the directory stays for `startHarness({ directory })`. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

export async function startHarness(
  options: {
    readonly directory?: string;
    readonly settings?: GatewaySettings;
    readonly withLink?: boolean;
    readonly name?: string;
    /** Default: the one under test. */
    readonly transport?: 'standard' | 'raw';
    readonly telemetry?: GatewayTelemetry;
    readonly host?: string;
    readonly tls?: readonly TlsFiles[];
    readonly identity?: Identity;
  } = {},
): Promise<Harness> {
  const directory = options.directory ?? (await mkdtemp(path.join(tmpdir(), 'tidegate-gateway-')));
  const logDir = path.join(directory, 'logs');
  const socketPath = path.join(directory, 'control.sock');
  const hellos: Hello[] = [];
  const trips: Trip[] = [];
  const applied: { generation: Generation; accepted: boolean }[] = [];
  const complaints: { message: string; about: object }[] = [];
  const cohorts = new Map<string, RolloutCohort>();
  const traffic = new Map<string, TrafficCounts>();
  const usage = new Map<string, UsageCounts>();
  let budgets: readonly BudgetStanding[] = [];

  const tls = options.tls ?? overTls.files;
  const link = await openLinkGateways({ socketPath });
  link.listen({
    connected: (hello) => hellos.push(hello),
    applied: (_, __, generation, accepted) => applied.push({ generation, accepted }),
    tripped: (_, __, trip) => trips.push(trip),
    frame(_, boot, frame: Frame) {
      for (const cohort of frame.cohorts)
        cohorts.set(`${cohort.rollout} ${cohort.source} ${cohort.index}`, cohort);
      for (const counts of frame.traffic)
        traffic.set(`${boot} ${counts.service} ${counts.track} ${counts.release}`, counts);
      for (const counts of frame.usage ?? []) usage.set(`${boot} ${seriesName(counts)}`, counts);
      budgets = frame.budgets ?? budgets;
      link.stored(boot, frame.seq);
    },
  });
  const complain = (about: object, message: string): void => void complaints.push({ message, about });
  const gateway = await openGateway(
    checkGatewayConfig({
      transport: options.transport ?? transportUnderTest(),
      name: options.name ?? 'edge',
      environment: 'production',
      host: options.host ?? '127.0.0.1',
      port: 0,
      controlSocket: options.withLink === false ? path.join(directory, 'nobody.sock') : socketPath,
      stateDir: path.join(directory, 'state'),
      logDir,
      ...(options.telemetry && { telemetry: options.telemetry }),
      ...(tls && { tls: [...tls] }),
      ...(options.identity && { identity: options.identity }),
    }),
    { info() {}, warn: complain, error: complain },
    options.settings,
  );
  // Whether clients trust a certificate is for the tests that are about it.
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  let isStopped = false;

  const harness: Harness = {
    directory,
    logDir,
    link,
    gateway,
    hellos,
    trips,
    applied,
    complaints,
    cohorts: () => [...cohorts.values()],
    traffic: () => [...traffic.values()],
    usage: () => [...usage.values()],
    budgets: () => budgets,
    async push(table) {
      const before = applied.length;
      link.push(table);
      await until(() => applied.length > before);
    },
    async ask(target, { method = 'GET', headers = {}, body } = {}) {
      const answer = await request(gateway.address + target, {
        method,
        headers,
        body: body ?? null,
        dispatcher: agent,
      });
      return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await agent.destroy();
      await gateway.drain(2_000);
      await link.close();
    },
    async remove() {
      await harness.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  if (options.withLink !== false) await until(() => hellos.length > 0);
  return harness;
}

const seriesName = ({ service, track, release, key, model }: UsageCounts): string =>
  JSON.stringify([service, track, release, key, model]);

/** Resolves as soon as something is true; throws after `withinMs`. */
export async function until(isTrue: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
  const endsAtMs = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > endsAtMs) throw new Error(`not within ${withinMs} ms: ${isTrue.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

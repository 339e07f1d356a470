import type { ErasureRequest } from '../api/schemas/capture.ts';
import type { CommandResult } from '../api/schemas/command.ts';
import type { EvidenceMark, EvidencePage, Explanation } from '../api/schemas/explanation.ts';
import type {
  ApiKeySummary,
  EnvironmentSummary,
  GatewaySummary,
  NewApiKey,
  ServerInfo,
} from '../api/schemas/info.ts';
import type { Trace } from '../api/schemas/invocation.ts';
import type { LaneTraffic } from '../api/schemas/lane-traffic.ts';
import type { LaneView, RolloutView } from '../api/schemas/lane-view.ts';
import type { LedgerEvent, LedgerHead, LedgerVerdict } from '../api/schemas/ledger.ts';
import type { LimitsInForce } from '../api/schemas/limits.ts';
import type { LiveGatewayStatus } from '../api/schemas/live-gateway.ts';
import type { PricesInForce } from '../api/schemas/prices.ts';
import type { NextVersion, ReleaseRecord, ReleaseSummary, ServiceSummary } from '../api/schemas/release.ts';
import type { ReplicaLog } from '../api/schemas/replica-log.ts';
import type { UsageReport } from '../api/schemas/usage.ts';
import type { Capture } from '../core/capture/capture.ts';
import type { Prices } from '../core/cost/price.ts';
import type { Limits } from '../core/limits/limits.ts';
import type { RestartedGateway } from '../core/routing/restarted-gateway.ts';
import { isTidegateError } from '../errors.ts';
import { type ClientOptions, openCall } from './call.ts';
import { type LiveEvent, openEventStream, type StreamOptions } from './event-stream.ts';
import { putBlob } from './put-blob.ts';

export type {
  ApiKeySummary,
  Capture,
  ClientOptions,
  CommandResult,
  EnvironmentSummary,
  ErasureRequest,
  EvidenceMark,
  EvidencePage,
  Explanation,
  GatewaySummary,
  LaneTraffic,
  LaneView,
  LedgerEvent,
  LedgerHead,
  LedgerVerdict,
  LimitsInForce,
  LiveEvent,
  LiveGatewayStatus,
  NewApiKey,
  NextVersion,
  PricesInForce,
  ReleaseRecord,
  ReleaseSummary,
  ReplicaLog,
  RolloutView,
  ServerInfo,
  ServiceSummary,
  StreamOptions,
  Trace,
  UsageReport,
};

export interface LaneName {
  readonly environment: string;
  readonly service: string;
}

export interface CommandOptions {
  /** Version of the lane as the caller saw it; anything else is a `conflict`. */
  readonly ifVersion?: number | undefined;
  readonly reason?: string | undefined;
}

export interface EventQuery {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly rollout?: string | undefined;
  readonly since?: number | undefined;
  readonly order?: 'newest' | 'oldest';
  /** Most events to fetch, over as many pages as that takes. Default 100. */
  readonly limit?: number;
}

export interface UsageQuery {
  /** Groups as the API calls them. */
  readonly by: readonly string[];
  /** First day, UTC, such as 2026-11-01. */
  readonly since?: string | undefined;
  readonly environment?: string | undefined;
  readonly service?: string | undefined;
  readonly release?: string | undefined;
  readonly key?: string | undefined;
}

export interface LogQuery {
  readonly release?: string | undefined;
  readonly replica?: number | undefined;
  readonly bytes?: number | undefined;
}

/** The API as functions. Every one throws a TidegateError with the code the server gave, or `server-unreachable`. */
export type Client = ReturnType<typeof createClient>;

/** Reading the whole ledger takes its time. */
const verifyTimeoutMs = 600_000;
/** A machine that is busy starts a process slowly, and there may be many. */
const restartTimeoutMs = 900_000;

export const createClient = (options: ClientOptions) => {
  const call = openCall(options);
  const get = async <T>(path: string, query?: Parameters<typeof call>[1]): Promise<T> =>
    (await (await call(path, query)).json()) as T;
  const laneAt = ({ environment, service }: LaneName): string =>
    `/lanes/${encodeURIComponent(environment)}/${encodeURIComponent(service)}`;
  const limitsAt = (environment: string): string => `/environments/${encodeURIComponent(environment)}/limits`;
  const pricesAt = (environment: string): string => `/environments/${encodeURIComponent(environment)}/prices`;
  const rolloutAt = (lane: LaneName, rollout: string): string =>
    `${laneAt(lane)}/rollouts/${encodeURIComponent(rollout)}`;
  const serviceAt = (service: string): string => `/services/${encodeURIComponent(service)}`;

  /** Everything of a list, page by page. */
  const all = async <T>(
    path: string,
    query: Readonly<Record<string, string | number | undefined>> = {},
    most = Number.POSITIVE_INFINITY,
  ): Promise<T[]> => {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const limit = Math.min(1_000, most - items.length);
      const page = await get<{ items: T[]; next: string | null }>(path, {
        query: { ...query, limit, cursor },
      });
      items.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && items.length < most);
    return items;
  };

  const command = (
    lane: LaneName,
    name: string,
    { ifVersion, reason }: CommandOptions,
    body: object = {},
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<CommandResult> =>
    get(`${laneAt(lane)}/${name}`, {
      method: 'POST',
      json: { ...body, ...(reason === undefined ? {} : { reason }) },
      headers: { ...headers, 'if-match': ifVersion === undefined ? undefined : `"${ifVersion}"` },
    });

  return {
    server: options.server,
    info: () => get<ServerInfo>('/info'),
    environments: () => all<EnvironmentSummary>('/environments'),
    gateways: () => all<GatewaySummary>('/gateways'),
    /** Takes a second or more for each process; null: of all environments. */
    restartGateways: async (environment: string | null) =>
      (
        await get<{ items: RestartedGateway[] }>('/gateways/restart', {
          method: 'POST',
          json: environment === null ? {} : { environment },
          timeoutMs: restartTimeoutMs,
        })
      ).items,
    reloadCertificates: async () => void (await get('/certificates/reload', { method: 'POST' })),
    /** Asked just now; takes a second when one of them does not answer. */
    liveGateways: () => all<LiveGatewayStatus>('/gateways/live'),

    services: () => all<ServiceSummary>('/services'),
    releases: (service: string) => all<ReleaseSummary>(`${serviceAt(service)}/releases`),
    release: (service: string, release: string) =>
      get<ReleaseRecord>(`${serviceAt(service)}/releases/${encodeURIComponent(release)}`),
    nextVersion: (service: string, query: { content?: string; step?: 'patch' | 'minor' | 'major' } = {}) =>
      get<NextVersion>(`${serviceAt(service)}/next-version`, { query }),
    createRelease: (service: string, manifest: ReleaseRecord['manifest'], isVersionAsked: boolean) =>
      get<ReleaseRecord>(`${serviceAt(service)}/releases`, {
        method: 'POST',
        json: { manifest, isVersionAsked },
        timeoutMs: 300_000,
      }),
    async hasBlob(digest: string): Promise<boolean> {
      try {
        await call(`/blobs/${digest}`, { method: 'HEAD' });
        return true;
      } catch (error) {
        if (isTidegateError(error, 'not-found')) return false;
        throw error;
      }
    },
    /** Streams bytes in; the server keeps them only when they match the digest. */
    putBlob: (digest: string, pieces: AsyncIterable<Uint8Array>) => putBlob(call, digest, pieces),

    lanes: (filter: { service?: string | undefined; environment?: string | undefined } = {}) =>
      all<LaneView>('/lanes', filter),
    lane: (lane: LaneName) => get<LaneView>(laneAt(lane)),
    /** By hours, two weeks at most. */
    traffic: (lane: LaneName) => get<LaneTraffic>(`${laneAt(lane)}/traffic`),
    ship: (
      lane: LaneName,
      release: string,
      { idempotencyKey, ...rest }: CommandOptions & { idempotencyKey?: string } = {},
    ) => command(lane, 'ship', rest, { release }, { 'idempotency-key': idempotencyKey }),
    promote: (lane: LaneName, by: CommandOptions = {}) => command(lane, 'promote', by),
    rollback: (lane: LaneName, { to, ...by }: CommandOptions & { to?: string | undefined } = {}) =>
      command(lane, 'rollback', by, to === undefined ? {} : { to }),
    approve: (lane: LaneName, stage: string, { ifVersion }: CommandOptions = {}) =>
      command(lane, 'approve', { ifVersion }, { stage }),
    pause: (lane: LaneName, by: CommandOptions = {}) => command(lane, 'pause', by),
    resume: (lane: LaneName, { ifVersion }: CommandOptions = {}) => command(lane, 'resume', { ifVersion }),
    advance: (lane: LaneName, by: CommandOptions = {}) => command(lane, 'advance', by),
    abort: (lane: LaneName, by: CommandOptions = {}) => command(lane, 'abort', by),

    events: ({ limit = 100, ...query }: EventQuery = {}) => all<LedgerEvent>('/events', { ...query }, limit),
    ledgerHead: () => get<LedgerHead>('/ledger/head'),
    verifyLedger: () => get<LedgerVerdict>('/ledger/verify', { timeoutMs: verifyTimeoutMs }),
    explanation: (lane: LaneName, rollout: string) =>
      get<Explanation>(`${rolloutAt(lane, rollout)}/explanation`, { timeoutMs: 120_000 }),
    /** The stored evidence of a rollout, page by page. */
    async *evidence(lane: LaneName, rollout: string): AsyncGenerator<EvidencePage, void, undefined> {
      let cursor: string | undefined;
      do {
        const query = { limit: 1_000, cursor };
        const page = await get<EvidencePage>(`${rolloutAt(lane, rollout)}/evidence`, { query });
        yield page;
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
    },
    evidenceMark: (lane: LaneName, rollout: string, digest: string) =>
      get<EvidenceMark>(`${rolloutAt(lane, rollout)}/evidence/marks/${digest}`),
    trace: (invocation: string) => get<Trace>(`/invocations/${encodeURIComponent(invocation)}`),
    /** What was captured of an invocation, redacted; null: nothing is there. That it was read is recorded. */
    async readCapture(invocation: string): Promise<Capture | null> {
      try {
        return await get<Capture>(`/invocations/${encodeURIComponent(invocation)}/payload`, {
          method: 'POST',
        });
      } catch (error) {
        if (isTidegateError(error, 'not-found')) return null;
        throw error;
      }
    },
    erasePayloads: (what: ErasureRequest) =>
      get<{ erased: number }>('/payloads/erase', { method: 'POST', json: what, timeoutMs: 600_000 }),
    log: ({ environment, service }: LaneName, query: LogQuery = {}) =>
      get<ReplicaLog>(`/logs/${encodeURIComponent(environment)}/${encodeURIComponent(service)}`, {
        query: { ...query },
      }),
    keys: () => all<ApiKeySummary>('/keys'),
    createKey: (id: string) => get<NewApiKey>('/keys', { method: 'POST', json: { id } }),
    revokeKey: (id: string) => get<{ id: string }>(`/keys/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    limits: (environment: string) => get<LimitsInForce>(limitsAt(environment)),
    /** Null lets everything in. */
    setLimits: (environment: string, limits: Limits | null) =>
      get<LimitsInForce>(limitsAt(environment), { method: 'PUT', json: { limits } }),
    prices: (environment: string) => get<PricesInForce>(pricesAt(environment)),
    /** Null leaves those listed. */
    setPrices: (environment: string, prices: Prices | null) =>
      get<PricesInForce>(pricesAt(environment), { method: 'PUT', json: { prices } }),
    usage: ({ by, ...query }: UsageQuery) =>
      get<UsageReport>('/usage', { query: { ...query, by: by.join(',') } }),
    stream: (stream: StreamOptions): AsyncGenerator<LiveEvent, void, undefined> =>
      openEventStream(call, stream),
  };
};

import type { Hello, Trip } from '../core/routing/link.ts';
import { openShareCeiling } from './assignment/share-ceiling.ts';
import { openBatches } from './batching/batches.ts';
import { openAnswerCaches } from './cache/answer-caches.ts';
import { candidatesOf } from './candidates-of.ts';
import { openAnswerChecks } from './checks/answer-checks.ts';
import { invalidLine } from './checks/invalid-line.ts';
import { openSentKeys } from './checks/sent-keys.ts';
import { openFeedback } from './feedback.ts';
import type { CheckedGatewayConfig } from './gateway-config.ts';
import type { GatewayCounts } from './gateway-counts.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import { openHandler } from './handle.ts';
import { addressToBe } from './handover/address-to-be.ts';
import { awaitRoutes } from './handover/await-routes.ts';
import { takeTurn } from './handover/take-turn.ts';
import { soleTenure, type Tenure, waitingTenure } from './handover/tenure.ts';
import { openYielding, type Yielding } from './handover/yielding.ts';
import { drainServer } from './http/drain-server.ts';
import { openHttpServer } from './http/http-server.ts';
import { isLoopbackHost } from './http/is-loopback-host.ts';
import { openTlsCertificates } from './http/tls-certificates.ts';
import { newBoot, openInvocationIds } from './invocation-id.ts';
import { messageTaker } from './message-taker.ts';
import { openMirrorQueue } from './mirror/mirror-queue.ts';
import { openStoredParts } from './open-stored-parts.ts';
import type { OperatorLog } from './operator-log.ts';
import { openCohorts } from './outcomes/cohorts.ts';
import { openKeyRule } from './outcomes/key-rule.ts';
import { openOutcomes } from './outcomes/outcomes.ts';
import { openTripWire } from './outcomes/trip-wire.ts';
import type { Parts } from './parts.ts';
import { openProviderKeys } from './providers/provider-keys.ts';
import { canParse } from './raw/http-parser.ts';
import { openExposure } from './routes/exposure.ts';
import { openLinkClient } from './routes/link-client.ts';
import { routeFile, routesDirectory } from './routes/route-file.ts';
import { openRoutes } from './routes/routes.ts';
import { compileTable, upstreamsOf } from './routes/snapshot.ts';
import { openMeasuring } from './telemetry/measure.ts';
import { openRefused } from './telemetry/refused.ts';
import { openSpans } from './telemetry/spans/open-spans.ts';
import { openTracing } from './telemetry/tracing.ts';
import { openTraffic } from './traffic.ts';
import { openRunningCalls } from './upstreams/running-calls.ts';
import { openUpstreams } from './upstreams/upstreams.ts';
import { openUsage } from './usage/usage.ts';

export interface Gateway {
  readonly boot: string;
  /** Origin it listens on. */
  readonly address: string;
  counts(): GatewayCounts;
  /** Reads certificates anew, now. */
  reload(): Promise<void>;
  /** Stops accepting, answers what is in flight (at most `withinMs`, default 30 s), flushes and closes everything. */
  drain(withinMs?: number): Promise<void>;
  /** For a process that takes this one's place. */
  readonly yielding: Yielding;
}

const TICK_MS = 50;
/** A bad outcome of a candidate is looked at, and told, this soon. */
const HURRY_MS = 5;

export async function openGateway(
  config: CheckedGatewayConfig,
  log: OperatorLog,
  settings: GatewaySettings = {},
): Promise<Gateway> {
  const boot = config.boot ?? newBoot(config.environment);
  const { succession } = settings;
  const tenure: Tenure = succession === undefined ? soleTenure() : waitingTenure();
  let hasApplied = false;
  const isRaw = config.transport === 'raw' && canParse();
  if (config.transport === 'raw' && !isRaw)
    log.warn({}, 'this Node.js has no parser for the raw transport; the standard one is used');
  const upstreams = openUpstreams(new Set(config.upstreamsAllowed), isRaw);
  const traffic = openTraffic();
  const usage = openUsage();
  const exposure = openExposure();
  const tripWire = openTripWire(boot, config.processes);
  let hurry: NodeJS.Timeout | null = null;
  let address = '';

  const cohorts = openCohorts({
    sliceMs: settings.sliceMs ?? 250,
    retainedAtMost: settings.cohortsRetainedAtMost ?? 20_000,
    onGivenUp: (count) =>
      log.error({ count }, 'evidence is given up: the control plane has not confirmed any for too long'),
  });
  const outcomes = openOutcomes({
    cohorts,
    followedAtMost: settings.followedAtMost ?? 200_000,
    onBad({ keyId, cohort }, _, isFirst) {
      // Of either track: whoever told of one side first would make a shared outage look like the candidate's.
      hurry ??= setTimeout(tick, HURRY_MS);
      if (isFirst && keyId !== null) keyRule.noteBad(cohort.rollout, keyId, performance.now());
    },
  });
  const keyRule = openKeyRule({ windowMs: settings.keyRuleWindowMs ?? 30_000 });
  const ceiling = openShareCeiling();
  const { firstRequests, invocationLog, payloads, limits, callers } = await openStoredParts({
    config,
    settings,
    boot,
    tenure,
    log,
  });
  const keys = openSentKeys(process.env);
  const providerKeys = openProviderKeys(keys.environment);
  const answerChecks = openAnswerChecks({
    outcomes,
    environment: keys.environment,
    onInvalid: (answer) => invocationLog.add(invalidLine(answer)),
    onTrouble: (what, about) => log.error(about, what),
  });
  const caches = openAnswerCaches();
  const batches = openBatches();
  const mirrors = openMirrorQueue({
    waitingAtMost: settings.mirrorsWaitingAtMost ?? 256,
    waitingBytesAtMost: 32 * 1024 * 1024,
    concurrency: settings.mirrorConcurrency ?? 32,
  });

  const tracing = openTracing(
    config.telemetry,
    openSpans(config, { boot, keys: providerKeys, onTrouble: (what, about) => log.error(about, what) }),
  );

  const stopCandidate = (trip: Trip): void => {
    if (!exposure.stop(trip)) return;
    cohorts.closeAll();
    cancelMirrors();
    log.error({ ...trip }, 'a candidate gets nothing more from this process');
    link.tripped(trip);
  };
  const exposedRollouts = (): Set<string> => {
    const stopped = new Set(exposure.stopped().map(({ rollout }) => rollout));
    const rollouts = new Set<string>();
    for (const rollout of candidatesOf(routes.snapshot()).keys())
      if (!stopped.has(rollout)) rollouts.add(rollout);
    return rollouts;
  };
  const cancelMirrors = (): void => mirrors.cancelAllBut(exposedRollouts());

  const { identity } = config;
  const isKeyRequired = !isLoopbackHost(config.host) || identity?.isRequired === true;
  const routes = openRoutes({
    environment: config.environment,
    file: routeFile(routesDirectory(config.stateDir), config.name, tenure),
    // Whoever writes the table does not decide whether strangers come in here.
    compile: (table) => compileTable(table, upstreams, traffic, isKeyRequired, providerKeys, usage),
    onInForce(snapshot, isFromDisk) {
      if (!isFromDisk) exposure.renewLease(performance.now());
      tripWire.restart(exposure.lift());
      cohorts.closeAll();
      cancelMirrors();
      const rollouts = new Set(candidatesOf(snapshot).keys());
      for (const memory of [tripWire, keyRule, ceiling]) memory.retain(rollouts);
      // The table on disk may be older than what was counted.
      if (!isFromDisk) firstRequests.retain(rollouts);
      upstreams.retain(upstreamsOf(snapshot));
      limits.follow(snapshot.table.limits);
      caches.follow(snapshot);
      log.info({ generation: snapshot.table.generation, isFromDisk }, 'routes are in force');
    },
    applied(generation, accepted) {
      hasApplied ||= accepted;
      link.applied({ type: 'applied', generation, accepted });
    },
    onDamaged: (file, why) => log.error({ file, why }, 'a stored route table is damaged and not used'),
    onTrouble: (what, error) => log.error({ err: error }, what),
  });

  const parts: Parts = {
    environment: config.environment,
    ids: openInvocationIds(boot),
    exposure,
    cohorts,
    outcomes,
    answerChecks,
    caches,
    batches,
    firstRequests,
    keyRule,
    ceiling,
    limits,
    traffic,
    mirrors,
    invocationLog,
    payloads,
    refused: openRefused(),
    tracing,
    calls: openRunningCalls(),
    onCandidateRefused(service, rollout, addresses) {
      const trip = tripWire.afterRefusal(service, rollout, addresses, performance.now());
      // A refusal may come in long after the rollout it belongs to is over.
      if (trip !== null && candidatesOf(routes.snapshot()).has(rollout)) stopCandidate(trip);
    },
    feedbackWithinMs: (service) =>
      routes.snapshot()?.services.get(service)?.candidate?.route.readings.feedbackWithinMs ?? null,
    isDraining: false,
    inFlight: 0,
    answered: 0,
  };
  const feedback = openFeedback({ parts, forward: (report) => link.report(report) });

  const hello = (): Hello => ({
    type: 'hello',
    gateway: config.name,
    environment: config.environment,
    boot,
    pid: process.pid,
    address,
    generation: routes.generation(),
    cut: routes.snapshot()?.table.cut ?? [],
    tripped: exposure.stopped().map(({ rollout }) => rollout),
    canHandOver: settings.onHandOverAsked !== undefined,
    ...(tenure.successor !== null && { successor: tenure.successor }),
  });
  function tick(): void {
    hurry = null;
    const nowMs = performance.now();
    parts.calls.check(nowMs);
    outcomes.expire(nowMs);
    cohorts.closeEnded(nowMs);
    limits.tick();
    caches.sweep(nowMs);
    const changed = cohorts.takeTouched();
    if (changed.length > 0) {
      for (const trip of tripWire.weigh(changed, candidatesOf(routes.snapshot()))) stopCandidate(trip);
    }
    firstRequests.write();
    link.sendFrame();
  }

  await routes.restore();
  const certificates =
    config.tls === undefined
      ? null
      : await openTlsCertificates({
          pairs: config.tls,
          nowMs: Date.now,
          ...(settings.certificatesEveryMs && { lookEveryMs: settings.certificatesEveryMs }),
          onChanged: () => link.certificates(),
          onNews: (what, about) => log.info(about, what),
          onTrouble: (what, about) => log.error(about, what),
        });
  const bufferedBytesAtMost = settings.bufferedBytesAtMost ?? 1024 * 1024;
  const http = openHttpServer(
    openHandler({
      parts,
      feedback,
      snapshot: routes.snapshot,
      bufferedBytesAtMost,
      callers,
      onTrouble: (what, error) => log.error({ err: error }, what),
    }),
    (what, error) => log.error({ err: error }, what),
    settings.http,
    certificates,
    isRaw ? bufferedBytesAtMost : null,
  );
  const { server } = http;
  const measuring = openMeasuring({
    parts,
    snapshot: routes.snapshot,
    limits,
    server,
    isLinked: () => link.isConnected(),
    more: () => tracing.spans?.series() ?? [],
  });
  const listenAt = { host: config.host, port: config.port, isShared: config.processes > 1 };
  // Listening comes before dialling: who says hello can serve. Others serve already where a successor will, or a process beside others that has no routes.
  const servesLater = succession !== undefined || (listenAt.isShared && routes.snapshot() === null);
  address = servesLater ? addressToBe(succession?.address ?? null, config) : await http.listen(listenAt);
  const link = openLinkClient({
    socketPath: config.controlSocket,
    boot,
    cohorts,
    traffic,
    usage,
    budgets: limits.standings,
    hello,
    ...(certificates && { certificateStates: certificates.states }),
    onMessage: messageTaker({
      settings,
      keys,
      routes,
      exposure,
      cohorts,
      feedback,
      measuring,
      certificates,
      measured: (measured) => link.measured(measured),
    }),
    onTrouble: (what, error) => log.warn({ err: error }, what),
  });
  const ticking = setInterval(tick, TICK_MS);
  if (succession !== undefined) {
    await takeTurn({
      succession,
      tenure,
      limits,
      exposure,
      isConnected: link.isConnected,
      hasApplied: () => hasApplied,
      hasCandidates: () => candidatesOf(routes.snapshot()).size > 0,
    });
    address = await http.listen({ ...listenAt, descriptor: succession.descriptor });
    succession.serving();
  } else if (servesLater) {
    await awaitRoutes(() => routes.snapshot() !== null);
    address = await http.listen(listenAt);
  }
  log.info({ address, boot, generation: routes.generation() }, 'the gateway serves');

  return {
    boot,
    address,
    counts: () => ({
      raw: http.rawCounts(),
      answered: parts.answered,
      inFlight: parts.inFlight,
      calls: parts.calls.size,
      mirrorsWaiting: mirrors.waiting(),
      cohortsRetained: cohorts.retained(),
      followed: outcomes.followed(),
      checks: answerChecks.counts(),
      cache: caches.counts(),
      batches: batches.counts(),
      limits: limits.counts(),
      log: invocationLog.counts(),
      payloads: payloads.counts(),
    }),
    reload: async () => certificates?.reload(),
    yielding: openYielding({
      tenure,
      firstRequests,
      routes,
      limits,
      exposure,
      http,
      link,
      followed: outcomes.followed,
    }),
    async drain(withinMs = 30_000) {
      parts.isDraining = true;
      await drainServer(http, () => parts.inFlight, withinMs);
      routes.close();
      await routes.settled();
      await answerChecks.close();
      await limits.close();
      callers?.close();
      tick();
      clearInterval(ticking);
      certificates?.close();
      measuring.close();
      await tracing.spans?.close();
      if (hurry !== null) clearTimeout(hurry);
      await Promise.all([link.close(), invocationLog.close(), payloads.close(), upstreams.close()]);
      log.info({ answered: parts.answered, ...invocationLog.counts() }, 'the gateway has ended');
    },
  };
}

import type { Server } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { BudgetStanding } from '../../core/limits/budget.ts';
import type { LiveAddress, Measures } from '../../core/telemetry/measures.ts';
import type { SeriesFamily } from '../../core/telemetry/series-family.ts';
import type { Parts } from '../parts.ts';
import type { Snapshot } from '../routes/snapshot.ts';
import type { TrackCounts } from '../traffic.ts';
import { addressSeries } from './address-series.ts';
import { addressStanding } from './address-standing.ts';
import { budgetSeries } from './budget-series.ts';
import { checkSeries } from './check-series.ts';
import { type GatewayFigures, gatewaySeries } from './gateway-series.ts';
import { genAiSeries } from './gen-ai-series.ts';
import { openLoopDelay } from './loop-delay.ts';
import { payloadSeries } from './payload-series.ts';
import { processSeries } from './process-series.ts';
import { sharedCallSeries } from './shared-call-series.ts';
import { trackSeries } from './track-series.ts';
import { shownAddress, type UsedAddress, usedAddresses } from './used-addresses.ts';

export interface Measuring {
  /** Everything that the process counts about itself, now. Costs requests nothing until it is called. */
  measure(): Promise<Measures>;
  close(): void;
}

export interface MeasuringSpec {
  readonly parts: Pick<
    Parts,
    | 'traffic'
    | 'exposure'
    | 'mirrors'
    | 'invocationLog'
    | 'inFlight'
    | 'answered'
    | 'refused'
    | 'caches'
    | 'batches'
    | 'payloads'
    | 'answerChecks'
  >;
  readonly snapshot: () => Snapshot | null;
  readonly limits: { counts(): GatewayFigures['limits']; standings(): readonly BudgetStanding[] };
  readonly server: Pick<Server, 'getConnections'>;
  readonly isLinked: () => boolean;
  /** What other parts count about themselves. */
  readonly more?: () => readonly SeriesFamily[];
}

/** A process that lives long has seen many releases; those that got a request last are told of. */
const TRACKS_AT_MOST = 100;
const ADDRESSES_AT_MOST = 250;
const RATE_EVERY_MS = 1_000;
/** Rates are over so many of them. */
const RATE_POINTS = 5;

export function openMeasuring(spec: MeasuringSpec): Measuring {
  const { parts } = spec;
  const loop = openLoopDelay();
  const answered = [{ atMs: performance.now(), count: 0 }];
  const counting = setInterval(() => {
    answered.push({ atMs: performance.now(), count: parts.answered });
    if (answered.length > RATE_POINTS + 1) answered.shift();
  }, RATE_EVERY_MS);
  counting.unref();

  return {
    async measure() {
      const nowMs = performance.now();
      const snapshot = spec.snapshot();
      const { tracks, leftOut: tracksLeftOut } = toldOf(parts.traffic.all());
      const used = usedAddresses(snapshot);
      const told = used.slice(0, ADDRESSES_AT_MOST);
      const [processFamilies, connections] = await Promise.all([processSeries(), connectionsOf(spec.server)]);
      const figures: GatewayFigures = {
        generation: snapshot?.table.generation ?? null,
        leaseAgeMs: parts.exposure.leaseAgeMs(nowMs),
        inFlight: parts.inFlight,
        connections,
        mirrorsWaiting: parts.mirrors.waiting(),
        candidatesStopped: parts.exposure.stopped().length,
        isLinked: spec.isLinked(),
        limits: spec.limits.counts(),
        log: parts.invocationLog.counts(),
        refused: { ...parts.refused },
      };
      const families = [
        ...gatewaySeries(figures),
        ...processFamilies,
        ...budgetSeries(spec.limits.standings(), snapshot?.table.limits),
        ...sharedCallSeries(parts.caches.counts(), parts.batches.counts()),
        ...payloadSeries(parts.payloads.counts()),
        ...checkSeries(parts.answerChecks.counts()),
        ...(spec.more?.() ?? []),
      ];
      // Of many releases and addresses there is much to say; requests come in between.
      await turn();
      families.push(...trackSeries(tracks));
      await turn();
      families.push(...genAiSeries(tracks));
      await turn();
      families.push(...addressSeries(told, nowMs), ...loop.series());
      families.push(leftOut(tracksLeftOut, used.length - told.length));
      return {
        families,
        live: {
          startedAtMs: performance.timeOrigin,
          inFlight: parts.inFlight,
          ratePerSecond: rate(answered[0]!, { atMs: nowMs, count: parts.answered }),
          connections,
          residentBytes: process.memoryUsage.rss(),
          leaseAgeMs: figures.leaseAgeMs,
          addresses: told.map((one) => liveAddress(one, nowMs)),
          addressesLeftOut: used.length - told.length,
        },
      };
    },
    close() {
      loop.close();
      clearInterval(counting);
    },
  };
}

function toldOf(all: Iterable<TrackCounts>): { tracks: TrackCounts[]; leftOut: number } {
  const sorted = [...all].sort((a, b) => b.lastAssignedAtMs - a.lastAssignedAtMs);
  return {
    tracks: sorted.slice(0, TRACKS_AT_MOST),
    leftOut: Math.max(0, sorted.length - TRACKS_AT_MOST),
  };
}

const leftOut = (tracks: number, addresses: number): SeriesFamily => ({
  name: 'tidegate_telemetry_left_out',
  kind: 'gauge',
  help: 'Releases on a track, and addresses, that the process says nothing about because there are too many.',
  series: [
    { labels: { what: 'tracks' }, value: tracks },
    { labels: { what: 'addresses' }, value: addresses },
  ],
});

interface Point {
  readonly atMs: number;
  readonly count: number;
}

const rate = (from: Point, to: Point): number =>
  to.atMs <= from.atMs ? 0 : ((to.count - from.count) / (to.atMs - from.atMs)) * 1000;

const liveAddress = ({ service, track, upstream, care }: UsedAddress, nowMs: number): LiveAddress => ({
  service,
  track: track.track,
  release: track.label,
  address: shownAddress(upstream),
  standing: addressStanding(upstream, care, nowMs),
  inFlight: upstream.inFlight,
});

const connectionsOf = (server: Pick<Server, 'getConnections'>): Promise<number> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error === null ? count : 0)));

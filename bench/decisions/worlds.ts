import { plainTrack, plainWorld, type TrafficWorld } from '../../src/simulator/world/world.ts';

/** A world with what would be right to do in it. */
export interface BenchWorld {
  readonly id: string;
  readonly says: string;
  /** `equal`: the candidate is the same program as stable, so that each rollback is false. */
  readonly candidate: 'equal' | 'worse';
  readonly world: TrafficWorld;
  /** True shares of failing requests where both are constant, for Wald's limit. */
  readonly constantShares: { readonly stable: number; readonly candidate: number } | null;
}

const minutes = (count: number): number => count * 60_000;
const rate = (ratePerSecond: number) => ({ arrivals: { kind: 'constant', ratePerSecond } }) as const;
/** All worlds but the thin ones have it. */
const USUAL = rate(20);

const equal = (id: string, says: string, change: Partial<TrafficWorld>): BenchWorld => ({
  id,
  says,
  candidate: 'equal',
  world: plainWorld(id, { ...USUAL, ...change }),
  constantShares: null,
});

const worse = (
  id: string,
  says: string,
  [stable, candidate]: readonly [number, number],
  change: Partial<TrafficWorld> = {},
): BenchWorld => ({
  id,
  says,
  candidate: 'worse',
  world: plainWorld(id, {
    ...USUAL,
    stable: plainTrack(stable),
    candidate: plainTrack(candidate),
    ...change,
  }),
  constantShares: { stable, candidate },
});

const tailed = (share: number) => ({ medianMs: 50, sigma: 0.5, tail: { share, factor: 40 } });
const both = (track: TrafficWorld['stable']) => ({ stable: track, candidate: track });
const wavingShare = (atMs: number): number =>
  0.01 * (1 + 0.8 * Math.sin((2 * Math.PI * atMs) / minutes(120)));
const risingShare = (atMs: number): number => 0.002 + 0.018 * Math.min(1, atMs / minutes(20));
const hiccups = { everyMs: minutes(20), lastsMs: minutes(1), badShare: 0.3, latencyFactor: 3 };
const hiccuping = { badFactor: 1, latencyFactor: 1, hiccups };

/** 20 requests a second, answers of 50 ms (p99 160 ms), unless said otherwise. */
export const worlds: readonly BenchWorld[] = [
  equal('equal-0.2', 'equal, both fail 0.2 %', both(plainTrack(0.002))),
  equal('equal-1', 'equal, both fail 1 %', both(plainTrack(0.01))),
  equal('low-traffic', 'equal, 1 %, 30 requests a minute', rate(0.5)),
  equal('quiet', 'equal, 1 %, one request a minute', rate(1 / 60)),
  equal(
    'outage',
    'equal, 1 %; a dependency of both is down from minute 3 to 5 (half of all fail, after 5 s)',
    {
      outages: [{ fromMs: minutes(3), toMs: minutes(5), badShare: 0.5, failureMs: 5_000 }],
    },
  ),
  equal(
    'outage-late',
    'equal, 1 %; the same from minute 8 to 9, when a fast rule has given nearly everything to the candidate',
    {
      outages: [{ fromMs: minutes(8), toMs: minutes(9), badShare: 0.5, failureMs: 5_000 }],
    },
  ),
  equal(
    'autocorrelated',
    'equal, 1 %; median 150 ms, p99 at the limit of 480 ms, drifting with a memory of a minute, each track by itself',
    {
      slowMs: 480,
      ...both(
        plainTrack(0.01, {
          latency: { medianMs: 150, sigma: 0.5, drift: { varianceShare: 0.2, correlationMs: minutes(1) } },
        }),
      ),
    },
  ),
  equal(
    'skewed-replica',
    'equal, 1 %; each replica has a bad minute about every 20; stable has four, the candidate one',
    {
      stable: plainTrack(0.01, { replicas: [hiccuping, hiccuping, hiccuping, hiccuping] }),
      candidate: plainTrack(0.01, { replicas: [hiccuping] }),
    },
  ),
  equal('hammering-client', 'equal, 1 %; one client sends 40 % of the traffic and fails ten times as often', {
    keys: {
      count: 500,
      zipfExponent: 1,
      heavy: [{ trafficShare: 0.4, badFactor: 10 }],
      isSticky: false,
      badnessSigma: 0,
    },
  }),
  equal(
    'sticky-users',
    'equal, 1 %; 500 users stay with their track, some send far more, some fail far more',
    {
      keys: { count: 500, zipfExponent: 1, heavy: [], isSticky: true, badnessSigma: 1 },
    },
  ),
  equal('diurnal', 'equal; load and failures of both swing over two hours (0.2 to 1.8 %)', {
    arrivals: {
      kind: 'diurnal',
      meanRatePerSecond: 20,
      swingShare: 0.8,
      periodMs: minutes(120),
      phaseShare: 0,
    },
    ...both(plainTrack(wavingShare)),
  }),
  equal(
    'ramp',
    'equal; in 20 minutes load grows from 5 to 40 a second and failures of both from 0.2 to 2 %',
    {
      arrivals: { kind: 'ramp', fromRatePerSecond: 5, toRatePerSecond: 40, overMs: minutes(20) },
      ...both(plainTrack(risingShare)),
    },
  ),
  worse('slightly-worse', '1 → 2 %', [0.01, 0.02]),
  worse('worse-10', '1 → 10 %', [0.01, 0.1]),
  worse('worse-20', '1 → 20 %', [0.01, 0.2]),
  worse('low-traffic-worse', '1 → 20 %, 30 requests a minute', [0.01, 0.2], rate(0.5)),
  worse('quiet-worse', '1 → 20 %, one request a minute', [0.01, 0.2], rate(1 / 60)),
  {
    ...worse(
      'tail-latency',
      'as many failures, but 5 instead of 0.5 % of the answers take 40 times as long',
      [0.01, 0.01],
      {
        stable: plainTrack(0.01, { latency: tailed(0.005) }),
        candidate: plainTrack(0.01, { latency: tailed(0.05) }),
      },
    ),
    constantShares: null,
  },
  worse('sparse-errors', '0.02 → 2 %: at 5 % of the traffic some error in 7 minutes of 10', [0.0002, 0.02]),
  {
    ...worse('late-onset', '1 %, and from minute 4 on 1 → 10 %', [0.01, 0.1], {
      candidate: plainTrack((atMs) => (atMs < minutes(4) ? 0.01 : 0.1)),
    }),
    constantShares: null,
  },
  worse('slow-failures', '1 → 10 %, and what fails takes 20 s to fail', [0.01, 0.1], {
    stable: plainTrack(0.01, { failureLatency: { medianMs: 20_000, sigma: 0 } }),
    candidate: plainTrack(0.1, { failureLatency: { medianMs: 20_000, sigma: 0 } }),
  }),
];

import { describe, expect, it } from 'vitest';
import type { GuardPlan, Plan } from '../../core/rollout/plan.ts';
import { canary, plainPolicy, planFor } from '../../core/rollout/testing/lane.ts';
import type { Decider } from './decider.ts';
import { runSlices } from './run-slices.ts';
import { runWorld } from './run-world.ts';
import { tidegateDecider } from './tidegate-decider.ts';
import type { SimulatedRequest, TrafficEvent } from './traffic-event.ts';
import { plainTrack, plainWorld, type TrafficWorld } from './world.ts';

const guards: GuardPlan[] = [
  { name: 'errors', marginShare: 0.02, boundShare: null },
  { name: 'slow', marginShare: 0.02, boundShare: null },
];
const plan: Plan = planFor({ policy: { ...plainPolicy, guards }, strategy: canary([0.2, 1]) });
const hour = { durationMs: 3_600_000 };

/** Sends a fixed share and keeps what it sees. */
const onlooker = (candidateShare: number): Decider & { readonly events: TrafficEvent[] } => {
  const events: TrafficEvent[] = [];
  return {
    events,
    share: () => candidateShare,
    observe: (event) => events.push(event),
    look: () => 'hold',
  };
};

const started = (events: readonly TrafficEvent[]): SimulatedRequest[] =>
  events.filter(({ kind }) => kind === 'started').map(({ request }) => request);

const watch = (world: TrafficWorld, candidateShare = 0.5, durationMs = 60_000, seed = 1) => {
  const decider = onlooker(candidateShare);
  const ending = runWorld(world, decider, seed, { durationMs });
  return { ending, requests: started(decider.events), events: decider.events };
};

describe('a simulated rollout', () => {
  it('is the same for the same seed and another one for another', () => {
    const run = (seed: number) => runWorld(plainWorld('equal'), tidegateDecider(plan), seed, hour);
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('promotes a release that is as good and takes back one that is not', () => {
    expect(runWorld(plainWorld('equal'), tidegateDecider(plan), 1, hour).outcome).toBe('promoted');
    const bad = runWorld(plainWorld('bad', { candidate: plainTrack(0.2) }), tidegateDecider(plan), 1, hour);
    expect(bad.outcome).toBe('rolled-back');
    expect(bad.candidateRequests).toBeLessThan(150);
  });

  it('takes back a release that is only slow', () => {
    const latency = { medianMs: 50, sigma: 0.5, tail: { share: 0.2, factor: 100 } };
    const world = plainWorld('slow', { candidate: plainTrack(0.01, { latency }) });
    expect(runWorld(world, tidegateDecider(plan), 1, hour).outcome).toBe('rolled-back');
  });

  it('waits for a person when there is too little traffic for a gate', () => {
    const world = plainWorld('quiet', { arrivals: { kind: 'constant', ratePerSecond: 0.01 } });
    expect(runWorld(world, tidegateDecider(plan), 1, hour)).toMatchObject({
      outcome: 'paused',
      atMs: 600_000,
    });
  });

  it('counts a request for every user and reports each stage', () => {
    const ending = runWorld(plainWorld('equal'), tidegateDecider(plan), 2, hour);
    const inStages = ending.stages.reduce((sum, stage) => sum + stage.candidateRequests, 0);
    expect(inStages).toBe(ending.candidateRequests);
    expect(ending.stages.map(({ candidateShare }) => candidateShare)).toEqual([0.2, 0.99]);
    expect(ending.stages.at(-1)?.leftAtMs).toBe(ending.atMs);
  });

  it('has no outcome for a guard that its requests show nothing to, and says so', () => {
    const judged = { ...plan, guards: [{ name: 'judge', marginShare: 0.1, boundShare: null } as const] };
    expect(() => tidegateDecider(judged)).toThrow(/judge/);
  });
});

describe('the traffic', () => {
  it('is the same for every decider under one seed', () => {
    const times = (share: number) =>
      watch(plainWorld('w'), share).requests.map(({ startedAtMs }) => startedAtMs);
    expect(times(0.1)).toEqual(times(0.9));
  });

  it('comes at its rate, and fails and is slow as often as was said', () => {
    const latency = { medianMs: 100, sigma: 0, tail: { share: 0.1, factor: 20 } };
    const { requests } = watch(plainWorld('w', { candidate: plainTrack(0.3, { latency }) }), 0.5, 600_000);
    const candidate = requests.filter(({ track }) => track === 'candidate');
    expect(requests.length / 600).toBeCloseTo(40, -0.7);
    expect(candidate.length / requests.length).toBeCloseTo(0.5, 1.5);
    expect(candidate.filter(({ isFailed }) => isFailed).length / candidate.length).toBeCloseTo(0.3, 1.5);
    expect(candidate.filter(({ isSlow }) => isSlow).length / candidate.length).toBeCloseTo(0.1, 1.5);
  });

  it('tells of outcomes when they are known and never before', () => {
    const failureLatency = { medianMs: 30_000, sigma: 0 };
    const world = plainWorld('late', { candidate: plainTrack(0.5, { failureLatency }) });
    const { events } = watch(world, 0.5, 120_000);
    const failed = events.filter(({ kind, request }) => kind === 'ended' && request.isFailed);
    expect(failed.length).toBeGreaterThan(100);
    expect(events.every(({ atMs }, index) => index === 0 || atMs >= events[index - 1]!.atMs)).toBe(true);
    for (const { atMs, request } of failed)
      expect(atMs - request.startedAtMs).toBeCloseTo(request.latencyMs, 6);
  });

  it('keeps a sticky key on its track, and moves it once while shares grow', () => {
    const keys = { count: 200, zipfExponent: 1, heavy: [], isSticky: true, badnessSigma: 0 };
    const { requests, ending } = watch(plainWorld('sticky', { keys }), 0.3);
    const tracks = new Map<number, Set<string>>();
    for (const { key, track } of requests) tracks.set(key!, (tracks.get(key!) ?? new Set()).add(track));
    expect([...tracks.values()].every(({ size }) => size === 1)).toBe(true);
    const onCandidate = [...tracks.values()].filter((of) => of.has('candidate')).length;
    expect(ending.affectedKeys).toBe(onCandidate);
  });

  it('gives a heavy key its part of the traffic', () => {
    const heavy = [{ trafficShare: 0.6, badFactor: 1 }];
    const keys = { count: 100, zipfExponent: 0, heavy, isSticky: false, badnessSigma: 0 };
    const { requests } = watch(plainWorld('heavy', { keys }), 0.5, 300_000);
    expect(requests.filter(({ key }) => key === 0).length / requests.length).toBeCloseTo(0.6, 1.5);
  });

  it('fails on both tracks during an outage', () => {
    const outages = [{ fromMs: 10_000, toMs: 20_000, badShare: 1 }];
    const { requests } = watch(plainWorld('outage', { outages }));
    const inside = requests.filter(({ startedAtMs }) => startedAtMs >= 10_000 && startedAtMs < 20_000);
    expect(inside.every(({ isFailed }) => isFailed)).toBe(true);
    expect(new Set(inside.map(({ track }) => track))).toEqual(new Set(['stable', 'candidate']));
  });

  it.each([
    [
      'bursts',
      { kind: 'bursts', ratePerSecond: 1, burstRatePerSecond: 100, burstMs: 5_000, everyMs: 20_000 },
    ],
    ['ramp', { kind: 'ramp', fromRatePerSecond: 100, toRatePerSecond: 1, overMs: 20_000 }],
    ['steps', { kind: 'steps', ratesPerSecond: [100, 1, 1, 1], stepMs: 5_000 }],
    [
      'diurnal',
      { kind: 'diurnal', meanRatePerSecond: 50, swingShare: 0.9, periodMs: 20_000, phaseShare: 0.12 },
    ],
  ] as const)('comes unevenly: %s', (_, arrivals) => {
    const { requests } = watch(plainWorld('uneven', { arrivals }), 0.5, 20_000);
    const early = requests.filter(({ startedAtMs }) => startedAtMs < 5_000).length;
    const late = requests.filter(({ startedAtMs }) => startedAtMs >= 10_000 && startedAtMs < 15_000).length;
    expect(early).toBeGreaterThan(1.5 * late);
  });

  it('resembles itself from one request to the next where it drifts', () => {
    const likeness = (drift: { varianceShare: number; correlationMs: number } | undefined): number => {
      const latency = { medianMs: 50, sigma: 1, ...(drift && { drift }) };
      const logs = watch(
        plainWorld('drift', { stable: plainTrack(0, { latency }) }),
        0,
        120_000,
      ).requests.map(({ latencyMs }) => Math.log(latencyMs / 50));
      const products = logs.slice(1).map((value, index) => value * logs[index]!);
      return (
        products.reduce((sum, value) => sum + value, 0) / logs.reduce((sum, value) => sum + value ** 2, 0)
      );
    };
    expect(likeness({ varianceShare: 0.8, correlationMs: 10_000 })).toBeGreaterThan(0.6);
    expect(Math.abs(likeness(undefined))).toBeLessThan(0.1);
  });
});

describe('counting slices instead of requests', () => {
  it('ends alike on average', () => {
    const world = plainWorld('worse', { candidate: plainTrack(0.1) });
    const mean = (run: (seed: number) => number) =>
      Array.from({ length: 60 }, (_, seed) => run(seed + 1)).reduce((sum, value) => sum + value, 0) / 60;
    const single = mean((seed) => runWorld(world, tidegateDecider(plan), seed, hour).candidateRequests);
    const sliced = mean((seed) => runSlices(world, plan, seed, hour).candidateRequests);
    expect(sliced / single).toBeGreaterThan(0.75);
    expect(sliced / single).toBeLessThan(1.3);
  });

  it('counts the users that get the candidate', () => {
    const keys = { count: 300, zipfExponent: 1, heavy: [], isSticky: true, badnessSigma: 0 };
    const world = plainWorld('sticky', { keys });
    const sticky = { ...plan, unit: 'key' as const, stages: plan.stages.slice(1, 2) };
    const single = runWorld(world, tidegateDecider(sticky), 5, { durationMs: 120_000 }).affectedKeys!;
    const sliced = runSlices(world, sticky, 5, { durationMs: 120_000 }).affectedKeys!;
    expect(single).toBeGreaterThan(30);
    expect(Math.abs(sliced - single)).toBeLessThan(15);
  });
});

import type { MemoryGateways } from '../../src/adapters/gateways/memory-gateways.ts';
import type { Outcomes } from '../../src/core/evidence/cohort-update.ts';
import type { RolloutCohort, TrafficCounts } from '../../src/core/routing/link.ts';
import type { ServiceRoute } from '../../src/core/routing/table.ts';

/** Shares of bad outcomes of the candidate; those of stable are 1 %. */
export interface Quality {
  readonly errors?: number;
  readonly feedback?: number;
}

/** A gateway process that reports requests which never were: every one obeys the newest route table. */
export const openTraffic = (gateways: MemoryGateways, environment: string, boot: string) => {
  gateways.connect(environment, boot);
  const counts = new Map<string, TrafficCounts>();
  let seq = 0;
  let index = 0;
  let unsettled: RolloutCohort | null = null;

  const route = (service: string): ServiceRoute | undefined =>
    gateways.pushed.filter((table) => table.environment === environment).at(-1)?.services[service];

  const add = (
    service: string,
    track: TrafficCounts['track'],
    on: { release: string; releaseVersion: string },
    answered: number,
    failed: number,
    feedbackBad: number,
  ): void => {
    const key = `${on.release}/${track}`;
    const known = counts.get(key);
    const total = (known?.answered ?? 0) + answered;
    counts.set(key, {
      service,
      release: on.release,
      releaseVersion: on.releaseVersion,
      track,
      answered: total,
      failed: (known?.failed ?? 0) + failed,
      rescued: (known?.rescued ?? 0) + (track === 'candidate' ? failed : 0),
      clientErrors: 0,
      feedbackGood:
        (known?.feedbackGood ?? 0) + (track === 'shadow' ? 0 : Math.round(answered * 0.3) - feedbackBad),
      feedbackBad: (known?.feedbackBad ?? 0) + feedbackBad,
      mirrorDropped: 0,
      latency: { count: total, p50Ms: 6.2, p95Ms: 14.8, p99Ms: 31 },
      lastAssignedAtMs: Date.now(),
    });
  };

  return {
    /** Reports that the process has left requests of stable out. */
    leaveOut(more: Pick<TrafficCounts, 'leftOut' | 'atCeiling' | 'unfollowed'>): void {
      const all = [...counts.values()].map((one) => (one.track === 'stable' ? { ...one, ...more } : one));
      gateways.deliverFrame(boot, { type: 'frame', seq: ++seq, atMs: Date.now(), cohorts: [], traffic: all });
    },
    /** Reports that many requests, and that the feedback on the ones before is in. */
    send(service: string, requests: number, quality: Quality = {}): void {
      const now = route(service);
      const cohorts: RolloutCohort[] = [];
      if (unsettled !== null) cohorts.push(settle(unsettled));
      unsettled = null;
      const { stable, candidate } = now ?? {};
      const toCandidate = Math.round(requests * (candidate?.share ?? 0));
      const toStable = requests - toCandidate;
      if (stable != null)
        add(service, 'stable', stable, toStable, part(toStable, 0.01), part(toStable * 0.3, 0.01));
      if (candidate != null) {
        const failed = part(toCandidate, quality.errors ?? 0.01);
        if (toCandidate > 0)
          add(
            service,
            'candidate',
            candidate,
            toCandidate,
            failed,
            part(toCandidate * 0.3, quality.feedback ?? 0.01),
          );
        const mirrored = Math.round(toStable * candidate.mirrorShare);
        if (mirrored > 0)
          add(service, 'shadow', candidate, mirrored, part(mirrored, quality.errors ?? 0.01), 0);
        unsettled = cohortOf(service, boot, index++, candidate, { toStable, toCandidate, mirrored }, quality);
        cohorts.push(unsettled);
      }
      gateways.deliverFrame(boot, {
        type: 'frame',
        seq: ++seq,
        atMs: Date.now(),
        cohorts,
        traffic: [...counts.values()],
      });
    },
  };
};

const part = (count: number, share: number): number => Math.round(count * share);

const outcomes = (started: number, badShare: number): Outcomes => {
  const bad = part(started, badShare);
  return { started, bad, good: started - bad };
};

const cohortOf = (
  service: string,
  source: string,
  index: number,
  candidate: NonNullable<ServiceRoute['candidate']>,
  counts: { toStable: number; toCandidate: number; mirrored: number },
  quality: Quality,
): RolloutCohort => {
  const { toStable, toCandidate, mirrored } = counts;
  const bad = (guard: string): number => (guard === 'errors' ? (quality.errors ?? 0.01) : 0.01);
  const pairs = {
    started: mirrored,
    both: part(mirrored, 0.005),
    stableOnly: part(mirrored, 0.005),
    candidateOnly: part(mirrored, 0.005),
  };
  const guards = candidate.readings.guards.filter(({ name }) => name !== 'disagree').map(({ name }) => name);
  return {
    service,
    rollout: candidate.rollout,
    source,
    index,
    stage: candidate.stage,
    candidateShare: candidate.share,
    startedAtMs: Date.now(),
    closed: true,
    settled: false,
    guards: Object.fromEntries(
      guards.map((name) => [
        name,
        name === 'feedback'
          ? {
              stable: { started: toStable, bad: 0, good: 0 },
              candidate: { started: toCandidate, bad: part(toCandidate, quality.feedback ?? 0), good: 0 },
            }
          : { stable: outcomes(toStable, 0.01), candidate: outcomes(toCandidate, bad(name)) },
      ]),
    ),
    ...(mirrored > 0 && {
      pairs: {
        errors: { ...pairs, neither: mirrored - pairs.both - pairs.stableOnly - pairs.candidateOnly },
        slow: { ...pairs, neither: mirrored - pairs.both - pairs.stableOnly - pairs.candidateOnly },
      },
      comparisons: {
        started: mirrored,
        agree: mirrored - part(mirrored, 0.02),
        disagree: part(mirrored, 0.02),
      },
    }),
  };
};

/** Whatever nobody complained about in time was good. */
const settle = (cohort: RolloutCohort): RolloutCohort => ({
  ...cohort,
  settled: true,
  guards: Object.fromEntries(
    Object.entries(cohort.guards).map(([name, { stable, candidate }]) => [
      name,
      name === 'feedback'
        ? {
            stable: {
              ...stable,
              bad: part(stable.started, 0.01),
              good: stable.started - part(stable.started, 0.01),
            },
            candidate: { ...candidate, good: candidate.started - candidate.bad },
          }
        : { stable, candidate },
    ]),
  ),
});

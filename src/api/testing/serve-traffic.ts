import type { RolloutCohort } from '../../core/routing/link.ts';
import type { TestApi } from './open-test-api.ts';

/** What the requests of one slice turned out to be like. */
export interface Slice {
  readonly requests: number;
  /** Shares of bad outcomes, of each track. Default 0. */
  readonly stableBadShare?: number;
  readonly candidateBadShare?: number;
  /** False: some outcomes are still out; a later call with the same index brings them. */
  readonly isSettled?: boolean;
  readonly index: number;
}

/** Reports a slice of requests of the service `demo` in production, as the gateway process `boot` would. */
export const serveTraffic = (api: TestApi, boot: string, seq: number, slice: Slice): void => {
  const table = api.gateways.pushed.findLast(({ environment }) => environment === 'production');
  const candidate = table?.services.demo?.candidate;
  if (candidate == null) throw new Error('no candidate of demo is exposed in production');
  const { requests, isSettled = true, stableBadShare = 0, candidateBadShare = 0, index } = slice;
  const mine = Math.round(requests * candidate.share);
  const track = (started: number, badShare: number) => {
    const bad = Math.round(started * badShare);
    const known = isSettled ? started : Math.floor(started / 2);
    return { started, bad: Math.min(bad, known), good: known - Math.min(bad, known) };
  };
  const cohort: RolloutCohort = {
    service: 'demo',
    rollout: candidate.rollout,
    source: boot,
    index,
    stage: candidate.stage,
    candidateShare: candidate.share,
    startedAtMs: Date.now(),
    closed: true,
    settled: isSettled,
    guards: Object.fromEntries(
      candidate.readings.guards.map(({ name }) => [
        name,
        { stable: track(requests - mine, stableBadShare), candidate: track(mine, candidateBadShare) },
      ]),
    ),
  };
  api.gateways.deliverFrame(boot, {
    type: 'frame',
    seq,
    atMs: Date.now(),
    traffic: [],
    cohorts: [cohort],
  });
};

import type { GuardWorld } from './simulate-guard.ts';

interface EqualWorld {
  readonly says: string;
  readonly world: Pick<GuardWorld, 'candidateShare' | 'requestsInSlice' | 'badShare' | 'slices'> &
    Pick<Partial<GuardWorld>, 'delaySlices'>;
}

const steady = (badShare: number, candidateShare: number): EqualWorld => ({
  says: `both fail ${badShare * 100} %, weight ${candidateShare * 100} %`,
  world: { candidateShare, requestsInSlice: () => 50, badShare: () => badShare, slices: 400 },
});

const isOutage = (slice: number): boolean => slice >= 100 && slice < 140;
const failuresLate: GuardWorld['delaySlices'] = (_, isBad) => (isBad ? 80 : 0);

/** Both tracks run the same program, 20,000 requests and more; what troubles one troubles the other at the same time. */
export const equalWorlds: readonly EqualWorld[] = [
  steady(0, 0.05),
  steady(0.001, 0.05),
  steady(0.01, 0.01),
  steady(0.01, 0.05),
  steady(0.01, 0.5),
  steady(0.2, 0.05),
  steady(0.5, 0.25),
  steady(0.9, 0.05),
  {
    says: 'shared outage: half of all fail for ten seconds, weight 5 %',
    world: {
      ...steady(0.01, 0.05).world,
      badShare: (_, slice) => (isOutage(slice) ? 0.5 : 0.01),
    },
  },
  {
    says: 'shared outage whose failures are known 20 s late, weight 5 %',
    world: {
      ...steady(0.01, 0.05).world,
      badShare: (_, slice) => (isOutage(slice) ? 0.5 : 0.01),
      delaySlices: failuresLate,
    },
  },
  {
    says: 'failures known 20 s late, weight 5 %',
    world: { ...steady(0.01, 0.05).world, delaySlices: failuresLate },
  },
  {
    says: 'bursts of twenty times the load that fail ten times as often, weight 25 %',
    world: {
      candidateShare: 0.25,
      requestsInSlice: (slice) => (slice % 40 < 4 ? 400 : 20),
      badShare: (_, slice) => (slice % 40 < 4 ? 0.1 : 0.01),
      slices: 400,
    },
  },
  {
    says: 'failures of both rise from 0.1 to 20 %, weight 10 %',
    world: {
      candidateShare: 0.1,
      requestsInSlice: () => 50,
      badShare: (_, slice) => 0.001 + (0.199 * slice) / 400,
      slices: 400,
    },
  },
];

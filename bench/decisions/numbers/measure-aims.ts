import type { GuardReading } from '../../../src/core/evidence/rollout-evidence.ts';
import { waldLimit } from '../wald.ts';
import { type Aim, meanAim, quantileAim, shareAim } from './aim.ts';
import { equalWorlds } from './equal-worlds.ts';
import { type GuardRun, type GuardWorld, simulateGuard } from './simulate-guard.ts';

/** What holds unless a figure says otherwise. */
const usual: GuardWorld = {
  candidateShare: 0.05,
  requestsInSlice: () => 10,
  badShare: () => 0.01,
  slices: 1_000_000,
  alphaRollback: 0.001,
  alphaAdvance: 0.05,
  marginShare: 0.01,
};

const isBroken = ({ rollback }: GuardReading): boolean => rollback.crossed;
const isPassed = ({ advance }: GuardReading): boolean => advance.passed;
const worseBy =
  (stable: number, candidate: number): GuardWorld['badShare'] =>
  (track) =>
    track === 'candidate' ? candidate : stable;

/** `effort` multiplies the numbers of runs. */
export const measureAims = (effort: number): Aim[] => [
  ...falseRollbacks(effort),
  ...timesToRollback(effort),
  ...lateOnset(effort),
  ...looseAlpha(effort),
  ...advances(effort),
];

const runsOf = (runs: number, effort: number): number => Math.max(10, Math.round(runs * effort));

const repeat = (runs: number, world: GuardWorld, isDecided: (reading: GuardReading) => boolean): GuardRun[] =>
  Array.from({ length: runs }, (_, run) => simulateGuard(world, run + 1, isDecided));

/** The peak of the evidence says for every alpha at once whether the candidate would have been rolled back. */
const falseRollbacks = (effort: number): Aim[] =>
  equalWorlds.flatMap(({ says, world }) => {
    const runs = repeat(
      runsOf(300, effort),
      { ...usual, ...world, alphaRollback: 0.05, lookEverySlices: 8 },
      () => false,
    );
    return [0.05, 0.001].map((alpha) =>
      shareAim(
        {
          what: 'false rollback of an equal candidate',
          under: `${says}; alpha ${alpha * 100} %`,
          target: alpha,
        },
        runs.filter(
          ({ reading: { rollback } }) => rollback.logE >= rollback.logThreshold + Math.log(0.05 / alpha),
        ).length,
        runs.length,
      ),
    );
  });

const timesToRollback = (effort: number): Aim[] =>
  [
    { candidate: 0.02, target: 2_650 },
    { candidate: 0.05, target: 250 },
    { candidate: 0.1, target: 72 },
  ].flatMap(({ candidate, target }) =>
    [
      { ratePerSecond: 1, runs: candidate === 0.02 ? 20 : 150 },
      { ratePerSecond: 40, runs: candidate === 0.02 ? 80 : 400 },
      { ratePerSecond: 1_000, runs: candidate === 0.02 ? 200 : 400 },
    ].map(({ ratePerSecond, runs }) => {
      const world = {
        ...usual,
        requestsInSlice: () => ratePerSecond / 4,
        badShare: worseBy(0.01, candidate),
      };
      const requests = repeat(runsOf(runs, effort), world, isBroken).map((run) => run.candidateRequests);
      return meanAim(
        {
          what: `mean requests of the candidate until rollback, 1 → ${candidate * 100} %`,
          under: `weight 5 %, alpha 0.1 %, ${ratePerSecond} requests a second`,
          target,
          limit: waldLimit(0.01, candidate, 0.001),
        },
        requests,
      );
    }),
  );

const lateOnset = (effort: number): Aim[] => {
  const healthy = 10_000;
  const world: GuardWorld = {
    ...usual,
    requestsInSlice: (_, candidateRequests) => (candidateRequests < healthy ? 1_000 : 10),
    badShare: (track, _, candidateRequests) =>
      track === 'candidate' && candidateRequests >= healthy ? 0.05 : 0.01,
  };
  const runs = repeat(runsOf(200, effort), world, isBroken);
  return [
    quantileAim(
      {
        what: 'median requests until rollback after 10,000 healthy ones, 1 → 5 %',
        under: 'weight 5 %, alpha 0.1 %',
        target: 450,
        limit: waldLimit(0.01, 0.05, 0.001),
      },
      'candidate requests',
      // A false rollback before the onset would count as none needed.
      runs.map((run) => Math.max(0, run.candidateRequests - healthy)),
      0.5,
    ),
  ];
};

const looseAlpha = (effort: number): Aim[] => {
  const world = {
    ...usual,
    candidateShare: 0.5,
    alphaRollback: 0.05,
    requestsInSlice: () => 1,
    badShare: worseBy(0.01, 0.2),
  };
  const requests = repeat(runsOf(1_000, effort), world, isBroken).map((run) => run.requests);
  const under = 'weight 50 %, alpha 5 %, both tracks';
  return [
    quantileAim(
      { what: 'median requests until rollback, 1 → 20 %', under, target: 70 },
      'requests',
      requests,
      0.5,
    ),
    quantileAim(
      { what: 'p90 of requests until rollback, 1 → 20 %', under, target: 140 },
      'requests',
      requests,
      0.9,
    ),
  ];
};

const advances = (effort: number): Aim[] => {
  const requests = repeat(runsOf(200, effort), usual, isPassed).map((run) => run.candidateRequests);
  const late = 120; // slices: half a minute
  const delays: readonly { says: string; delaySlices?: GuardWorld['delaySlices'] }[] = [
    { says: 'outcomes at once' },
    { says: 'failures known after 30 s', delaySlices: (_, isBad) => (isBad ? late : 0) },
    {
      says: 'the candidate’s failures known after 30 s',
      delaySlices: (track, isBad) => (isBad && track === 'candidate' ? late : 0),
    },
    { says: 'good answers known after 30 s', delaySlices: (_, isBad) => (isBad ? 0 : late) },
  ];
  return [
    quantileAim(
      {
        what: 'median requests of the candidate until an equal one may advance',
        under: '1 %, margin 1 point, weight 5 %',
        target: 800,
      },
      'candidate requests',
      requests,
      0.5,
    ),
    ...delays.map(({ says, delaySlices }) => {
      const runs = repeat(
        runsOf(150, effort),
        {
          ...usual,
          requestsInSlice: () => 50,
          slices: 1_200,
          lookEverySlices: 4,
          badShare: worseBy(0.01, 0.02),
          ...(delaySlices && { delaySlices }),
        },
        isPassed,
      );
      return shareAim(
        {
          what: 'a candidate worse by exactly the margin advances (1 → 2 %, margin 1 point)',
          under: `weight 5 %, within 3,000 requests of the candidate; ${says}`,
          target: 0.05,
        },
        runs.filter((run) => run.isDecided).length,
        runs.length,
      );
    }),
  ];
};

import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import {
  absorb,
  type CohortUpdate,
  openEvidence,
  type RolloutEvidence,
  readGuards,
} from '../../src/core/evidence/rollout-evidence.ts';
import { drawBinomial, seededRandom } from '../../src/core/evidence/testing/seeded-random.ts';
import { machine } from '../machine.ts';

/**
 * CPU time of evidence: taking in a cohort as it goes through its states, and one decision over all guards while some cohorts are
 * in flight. CPU time of this process, so that what waits beside it does not count; and the least of many batches, because neighbours on
 * the same core still cost caches and clock.
 */
const guardNames = ['errors', 'client-errors', 'slow', 'invalid', 'feedback', 'judge', 'extra-1', 'extra-2'];
const cohorts = 5_000;
const batches = 40;
const looksOfBatch = 100;

/** One cohort of 100 requests: while half of the good outcomes are out, and settled. */
const cohortAt = (
  index: number,
  random: () => number,
  requests: number,
): { readonly open: CohortUpdate; readonly settled: CohortUpdate } => {
  const candidate = requests / 20;
  const bad = guardNames.map(() => ({
    stable: drawBinomial(random, requests - candidate, 0.01),
    candidate: drawBinomial(random, candidate, 0.01),
  }));
  const seen = (isSettled: boolean): CohortUpdate => {
    const track = (started: number, badOfThem: number) => {
      const good = isSettled ? started - badOfThem : Math.floor((started - badOfThem) / 2);
      return { started, bad: badOfThem, good, early: { bad: badOfThem, good } };
    };
    return {
      source: 'gateway',
      index,
      stage: 0,
      candidateShare: 0.05,
      startedAtMs: index * 250,
      closed: true,
      settled: isSettled,
      guards: Object.fromEntries(
        guardNames.map((name, guard) => [
          name,
          {
            stable: track(requests - candidate, bad[guard]!.stable),
            candidate: track(candidate, bad[guard]!.candidate),
          },
        ]),
      ),
    };
  };
  return { open: seen(false), settled: seen(true) };
};

const open = (): RolloutEvidence =>
  openEvidence({
    guards: guardNames.map((name) => ({ name, marginShare: 0.02 })),
    alphaRollback: 0.001,
    alphaAdvance: 0.05,
  });

const cpuMicros = (task: () => void): number => {
  const before = process.cpuUsage();
  task();
  const used = process.cpuUsage(before);
  return used.user + used.system;
};

const round = (value: number): number => Number(value.toPrecision(3));

/** Evidence of a rollout whose newest `inFlight` cohorts are open, and the cost of taking them in, both states of each. */
const rolloutOf = (count: number, inFlight: number, requests = 100) => {
  const random = seededRandom(1);
  const evidence = open();
  const updates = Array.from({ length: count }, (_, index) => cohortAt(index, random, requests));
  const absorbMicros: number[] = [];
  for (let from = 0; from < count; from += 250) {
    const micros = cpuMicros(() => {
      for (let index = from; index < Math.min(count, from + 250); index++) {
        absorb(evidence, updates[index]!.open);
        if (index >= inFlight) absorb(evidence, updates[index - inFlight]!.settled);
      }
    });
    absorbMicros.push(micros / 250);
  }
  return { evidence, absorbMicros: Math.min(...absorbMicros), bytes: JSON.stringify(evidence).length };
};

const cost = (inFlight: number) => {
  const { evidence, absorbMicros, bytes } = rolloutOf(cohorts, inFlight);
  const least = (looks: number, look: () => void): number =>
    Math.min(
      ...Array.from(
        { length: batches },
        () =>
          cpuMicros(() => {
            for (let n = 0; n < looks; n++) look();
          }) / looks,
      ),
    );
  let crossed = 0;
  const decisionMicros = least(looksOfBatch, () => {
    if (readGuards(evidence, 0).some(({ rollback }) => rollback.crossed)) crossed += 1;
  });
  const limitsMicros = least(5, () => {
    readGuards(evidence, 0, { differences: true });
  });
  if (crossed > 0) throw new Error('an equal candidate was found worse: these figures are of another case');
  return { inFlight, absorbMicros, decisionMicros, limitsMicros, bytes };
};

cost(4);
const costs = [1, 4, 40].map(cost);
const [few, many] = [costs[0]!, costs.at(-1)!];
const result = {
  what: 'evidence',
  machine: machine(),
  loadAverage: round(loadavg()[0]!),
  guards: guardNames.length,
  requestsACohort: 100,
  /** What one more cohort in flight adds to a decision over all guards. */
  decisionMicrosAnOpenCohort: round(
    (many.decisionMicros - few.decisionMicros) / (many.inFlight - few.inFlight),
  ),
  inFlight: Object.fromEntries(
    costs.map(({ inFlight, ...micros }) => [
      inFlight,
      {
        decisionMicros: round(micros.decisionMicros),
        absorbMicrosACohort: round(micros.absorbMicros),
        decisionWithLimitsMicros: round(micros.limitsMicros),
      },
    ]),
  ),
  bytesWith4InFlight: {
    'after 5,000 cohorts of 100 requests': rolloutOf(5_000, 4).bytes,
    'after 50,000 cohorts of 100 requests': rolloutOf(50_000, 4).bytes,
    'after 5,000 cohorts of 200,000 requests': rolloutOf(5_000, 4, 200_000).bytes,
  },
};
console.log(JSON.stringify(result, null, 2));
writeFileSync(join(import.meta.dirname, '../results/evidence.json'), `${JSON.stringify(result, null, 2)}\n`);

import { writeFileSync } from 'node:fs';
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
 * in flight. CPU time of this process, so that what else runs here does not count.
 */
const guardNames = ['errors', 'client-errors', 'slow', 'invalid', 'feedback', 'judge', 'extra-1', 'extra-2'];

const update = (index: number, random: () => number, isSettled: boolean): CohortUpdate => {
  const track = (started: number) => {
    const bad = drawBinomial(random, started, 0.01);
    const outcomes = { started, bad, good: isSettled ? started - bad : Math.floor((started - bad) / 2) };
    return { ...outcomes, early: { bad: outcomes.bad, good: outcomes.good } };
  };
  return {
    source: 'gateway',
    index,
    stage: 0,
    candidateShare: 0.05,
    startedAtMs: index * 250,
    closed: true,
    settled: isSettled,
    guards: Object.fromEntries(guardNames.map((name) => [name, { stable: track(95), candidate: track(5) }])),
  };
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

/** A rollout of `cohorts` cohorts, each seen once open and once settled, with a decision after each. */
const cost = (cohorts: number, inFlight: number) => {
  const random = seededRandom(1);
  const evidence = open();
  const updates = Array.from({ length: cohorts }, (_, index) => [
    update(index, random, false),
    update(index, random, true),
  ]);
  let decisions = 0;
  const absorbing = cpuMicros(() => {
    for (let index = 0; index < cohorts; index++) {
      absorb(evidence, updates[index]![0]!);
      if (index >= inFlight) absorb(evidence, updates[index - inFlight]![1]!);
    }
  });
  const looks = 2_000;
  const deciding = cpuMicros(() => {
    for (let look = 0; look < looks; look++)
      if (readGuards(evidence, 0).some(({ rollback }) => rollback.crossed)) decisions += 1;
  });
  const withLimits = cpuMicros(() => {
    for (let look = 0; look < 20; look++) readGuards(evidence, 0, { differences: true });
  });
  return {
    inFlight,
    absorbPerCohortMicros: absorbing / cohorts,
    decisionMicros: deciding / looks,
    decisionPerOpenCohortMicros: deciding / looks / Math.max(1, evidence.open.length),
    decisionWithLimitsMicros: withLimits / 20,
    bytes: JSON.stringify(evidence).length,
    decisions,
  };
};

cost(2_000, 4);
const results = [1, 4, 40].map((inFlight) => cost(5_000, inFlight));
const long = cost(50_000, 4);
const result = { machine: machine(), guards: guardNames.length, results, bytesAfter50000Cohorts: long.bytes };
console.log(JSON.stringify(result, null, 2));
if (process.argv.includes('--write'))
  writeFileSync(
    join(import.meta.dirname, '../results/evidence.json'),
    `${JSON.stringify(result, null, 2)}\n`,
  );

import type { CohortUpdate, TrackOutcomes } from '../cohort-update.ts';
import { absorb, openEvidence, readGuards } from '../rollout-evidence.ts';
import { seededRandom } from './seeded-random.ts';

/** Equal releases behind several gateway processes that tell what they know at times of their own. */
export interface FleetWorld {
  processes: number;
  /** Of all processes together. */
  requestsPerMs: number;
  candidateShare: number;
  alphaRollback: number;
  badShare: (atMs: number) => number;
  durationMs: number;
  /** After whose bad outcome a process tells at once (5 ms) what it else tells every 50 ms. */
  hurriesAfter: 'candidate' | 'either';
}

const TICK_MS = 50;
const HURRY_MS = 5;
const SLICE_MS = 250;

interface Process {
  readonly name: string;
  readonly phaseMs: number;
  hurryAtMs: number;
  index: number;
  cohort: CohortUpdate | null;
  untold: Set<CohortUpdate>;
}

/** Whether the candidate is rolled back. Every outcome is known at once to the process that has it. */
export function simulateFleet(world: FleetWorld, seed: number): boolean {
  const random = seededRandom(seed);
  const evidence = openEvidence({
    guards: [{ name: 'errors', marginShare: 0.02 }],
    alphaRollback: world.alphaRollback,
    alphaAdvance: 0.05,
  });
  const processes = Array.from(
    { length: world.processes },
    (_, n): Process => ({
      name: `process ${n}`,
      phaseMs: Math.floor(random() * TICK_MS),
      hurryAtMs: -1,
      index: 0,
      cohort: null,
      untold: new Set(),
    }),
  );
  for (let atMs = 0; atMs < world.durationMs; atMs += 1) {
    for (const process of processes) {
      for (let n = drawPoisson(random, world.requestsPerMs / world.processes); n > 0; n -= 1)
        serve(world, process, atMs, random);
      if (atMs % TICK_MS !== process.phaseMs && atMs !== process.hurryAtMs) continue;
      process.hurryAtMs = -1;
      if (process.untold.size === 0) continue;
      for (const update of process.untold) absorb(evidence, structuredClone(update));
      process.untold.clear();
      if (readGuards(evidence, 0)[0]!.rollback.crossed) return true;
    }
  }
  return false;
}

function serve(world: FleetWorld, process: Process, atMs: number, random: () => number): void {
  if (process.cohort !== null && atMs >= process.cohort.startedAtMs + SLICE_MS) {
    process.cohort.closed = true;
    process.cohort.settled = true;
    process.untold.add(process.cohort);
    process.cohort = null;
  }
  process.cohort ??= emptyCohort(process, world.candidateShare, atMs);
  const { cohort } = process;
  const track = random() < world.candidateShare ? 'candidate' : 'stable';
  const isBad = random() < world.badShare(atMs);
  const counts = (cohort.guards.errors as TrackOutcomes)[track];
  counts.started += 1;
  counts[isBad ? 'bad' : 'good'] += 1;
  process.untold.add(cohort);
  const hurries = isBad && (world.hurriesAfter === 'either' || track === 'candidate');
  if (hurries && process.hurryAtMs < 0) process.hurryAtMs = atMs + HURRY_MS;
}

function emptyCohort(process: Process, candidateShare: number, startedAtMs: number): CohortUpdate {
  const none = () => ({ started: 0, bad: 0, good: 0 });
  process.index += 1;
  return {
    source: process.name,
    index: process.index,
    stage: 0,
    candidateShare,
    startedAtMs,
    closed: false,
    settled: false,
    guards: { errors: { stable: none(), candidate: none() } },
  };
}

function drawPoisson(random: () => number, mean: number): number {
  const least = Math.exp(-mean);
  let n = -1;
  for (let left = 1; left > least; left *= random()) n += 1;
  return n;
}

import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Assumptions } from './assumptions.ts';
import type { Runner } from './predict.ts';
import { type Run, runScenario, type Scenario } from './run-scenario.ts';

/** Small enough that the threads end at about the same time. */
const RUNS_AT_ONCE = 10;
const THREADS_AT_MOST = 8;

interface Piece {
  readonly scenario: Scenario;
  readonly index: number;
  readonly part: number;
}

/**
 * Runs scenarios in as many threads as the machine has cores, this one among them: it has the code ready when the others only begin to
 * load it. The answer does not depend on how many there are, for every run has its own seed. `close` ends the other threads; an
 * error in one of them rejects.
 */
export const openThreads = (
  assumptions: Assumptions,
  threads = Math.min(THREADS_AT_MOST, availableParallelism()),
): { readonly run: Runner; close(): Promise<void> } => {
  // From source this is a .ts file, in the published package a .js file.
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const workers = Array.from(
    { length: threads - 1 },
    () =>
      new Worker(new URL(`./predict-worker${ending}`, import.meta.url), {
        workerData: assumptions,
        execArgv: [],
      }),
  );
  const hands = [
    // Each has its next piece at hand, for this thread has no time to give it one while it runs its own.
    ...workers.map(handOf).flatMap((hand) => [hand, hand]),
    async (scenario: Scenario): Promise<Run[]> => {
      // Lets the others be given their next piece first.
      await setImmediate();
      return runScenario(assumptions, scenario);
    },
  ];
  return {
    async run(scenarios) {
      const pieces = scenarios.flatMap(cut);
      const results = scenarios.map((): Run[][] => []);
      let next = 0;
      const work = async (hand: (typeof hands)[number]): Promise<void> => {
        for (let taken = next++; taken < pieces.length; taken = next++) {
          const { scenario, index, part } = pieces[taken]!;
          results[index]![part] = await hand(scenario);
        }
      };
      await Promise.all(hands.map(work));
      return results.map((parts) => parts.flat());
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
};

/** A worker answers in the order it was asked. */
const handOf = (worker: Worker): ((scenario: Scenario) => Promise<Run[]>) => {
  const waiting: { resolve(runs: Run[]): void; reject(error: unknown): void }[] = [];
  worker.on('message', (runs: Run[]) => waiting.shift()?.resolve(runs));
  worker.on('error', (error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return (scenario) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage(scenario);
    });
};

const cut = (scenario: Scenario, index: number): Piece[] =>
  Array.from({ length: Math.ceil(scenario.runs / RUNS_AT_ONCE) }, (_, part) => ({
    index,
    part,
    scenario: {
      ...scenario,
      firstSeed: scenario.firstSeed + part * RUNS_AT_ONCE,
      runs: Math.min(RUNS_AT_ONCE, scenario.runs - part * RUNS_AT_ONCE),
    },
  }));

import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Assumptions } from './assumptions.ts';
import type { Runner } from './predict.ts';
import type { Run, Scenario } from './run-scenario.ts';

/** Small enough that the threads end at about the same time. */
const RUNS_AT_ONCE = 10;
const THREADS_AT_MOST = 8;

interface Piece {
  readonly scenario: Scenario;
  readonly index: number;
  readonly part: number;
}

/**
 * Runs scenarios in as many threads as the machine has cores. The answer does not depend on how many there are, for every run has its
 * own seed. `close` ends the threads; an error in one of them rejects.
 */
export const openThreads = (
  assumptions: Assumptions,
  threads = Math.min(THREADS_AT_MOST, availableParallelism()),
): { readonly run: Runner; close(): Promise<void> } => {
  // From source this is a .ts file, in the published package a .js file.
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const workers = Array.from(
    { length: threads },
    () =>
      new Worker(new URL(`./predict-worker${ending}`, import.meta.url), {
        workerData: assumptions,
        execArgv: [],
      }),
  );
  return {
    async run(scenarios) {
      const pieces = scenarios.flatMap(cut);
      const results = scenarios.map((): Run[][] => []);
      let next = 0;
      const work = async (worker: Worker): Promise<void> => {
        for (let id = next++; id < pieces.length; id = next++) {
          const { scenario, index, part } = pieces[id]!;
          worker.postMessage({ id, scenario });
          const [answer] = (await once(worker, 'message')) as [{ runs: Run[] }];
          results[index]![part] = answer.runs;
        }
      };
      await Promise.all(workers.map(work));
      return results.map((parts) => parts.flat());
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
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

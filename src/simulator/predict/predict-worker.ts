import { parentPort, workerData } from 'node:worker_threads';
import type { Assumptions } from './assumptions.ts';
import { runScenario, type Scenario } from './run-scenario.ts';

/** A thread that runs scenarios one after the other: asked with a number and a scenario, it answers with both number and runs. */
const assumptions = workerData as Assumptions;

parentPort?.on('message', ({ id, scenario }: { id: number; scenario: Scenario }) => {
  parentPort?.postMessage({ id, runs: runScenario(assumptions, scenario) });
});

import { parentPort, workerData } from 'node:worker_threads';
import type { Assumptions } from './assumptions.ts';
import { runScenario, type Scenario } from './run-scenario.ts';

/** A thread that answers each scenario with its runs, one after the other. */
const assumptions = workerData as Assumptions;

parentPort?.on('message', (scenario: Scenario) => {
  parentPort?.postMessage(runScenario(assumptions, scenario));
});

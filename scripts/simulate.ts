import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type FaultName, faultWeights } from '../src/simulator/system/generate-faults.ts';
import { generateScenario } from '../src/simulator/system/generate-scenario.ts';
import { runScenario, type ScenarioResult } from '../src/simulator/system/run-scenario.ts';
import type { Scenario } from '../src/simulator/system/scenario.ts';
import { shrinkScenario } from '../src/simulator/system/shrink-scenario.ts';
import type { Violation } from '../src/simulator/system/violation.ts';
import {
  findingBehind,
  knownFindings,
  readStoredScenario,
  scheduleDirectory,
  storedScenarios,
  storeScenario,
} from '../test/simulator/stored-scenario.ts';

const usage = `npm run simulate -- [options]
  --seeds N         plays N scenarios (default 500)
  --from S          first seed (default: a fresh one)
  --seconds T       plays for so long instead, after all stored scenarios
  --seed S          plays one seed and says what happened
  --replay FILE     plays a stored scenario
  --without A,B     leaves faults out of the drawing: ${Object.keys(faultWeights).join(', ')}
  --stop            ends at the first failure
  --no-shrink       stores nothing
  --all             shows what is known as well`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    replay: { type: 'string' },
    without: { type: 'string', default: '' },
    stop: { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}

const wholeNumber = (name: string, text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new Error(`--${name} is "${text}", not a whole number`);
  return number;
};

const findings = values.all ? [] : knownFindings();
const knownIn =
  (scenario: Scenario) =>
  (violation: Violation): boolean =>
    findingBehind(findings, scenario, violation) !== null;
const without = new Set(values.without.split(',').filter(Boolean)) as Set<FaultName>;
const timesSeen = new Map<string, number>();
let played = 0;
let failed = 0;
let requests = 0;
let events = 0;

const tell = ({ rule, atMs, detail }: Violation): string => `${rule} at ${Math.round(atMs)} ms: ${detail}`;

const play = async (scenario: Scenario): Promise<ScenarioResult> => {
  const result = await runScenario(scenario, knownIn(scenario));
  played += 1;
  requests += result.stats.requests;
  events += result.stats.events;
  for (const name of new Set(result.known.map((one) => findingBehind(findings, scenario, one)!.name)))
    timesSeen.set(name, (timesSeen.get(name) ?? 0) + 1);
  return result;
};

const playSeed = async (seed: number): Promise<void> => {
  const scenario = generateScenario(seed, without);
  const [first] = (await play(scenario)).violations;
  if (first === undefined) return;
  failed += 1;
  console.log(`seed ${seed} breaks ${tell(first)}`);
  console.log(
    `  npm run simulate -- --seed ${seed}${values.without === '' ? '' : ` --without ${values.without}`}`,
  );
  if (values['no-shrink']) return;
  const shrunk = await shrinkScenario(scenario, knownIn(scenario));
  const [violation = first] = (await runScenario(shrunk, knownIn(scenario))).violations;
  const name = `${first.rule.toLowerCase()}-seed-${seed}`;
  const file = relative(
    process.cwd(),
    storeScenario(scheduleDirectory, { name, violation, scenario: shrunk }),
  );
  console.log(
    `  ${shrunk.steps.length} of ${scenario.steps.length} steps do it: npm run simulate -- --replay ${file}`,
  );
};

const replay = async (scenario: Scenario): Promise<void> => {
  const { violations, known, stats } = await play(scenario);
  for (const step of scenario.steps) console.log(JSON.stringify(step));
  for (const violation of known) console.log(`known: ${tell(violation)}`);
  for (const violation of violations) console.log(`broken: ${tell(violation)}`);
  console.log(JSON.stringify(stats));
  if (violations.length > 0) failed += 1;
};

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

const startedMs = cpuMs();
if (values.replay !== undefined) await replay(readStoredScenario(values.replay).scenario);
else if (values.seed !== undefined) await replay(generateScenario(wholeNumber('seed', values.seed), without));
else {
  const from = values.from === undefined ? Date.now() % 1_000_000_000 : wholeNumber('from', values.from);
  const seconds = values.seconds === undefined ? null : wholeNumber('seconds', values.seconds);
  const seeds = seconds === null ? wholeNumber('seeds', values.seeds ?? '500') : Number.POSITIVE_INFINITY;
  if (seconds !== null)
    for (const { name, scenario } of storedScenarios(scheduleDirectory)) {
      const [first] = (await play(scenario)).violations;
      if (first === undefined) continue;
      failed += 1;
      console.log(`the stored scenario ${name} breaks ${tell(first)}`);
    }
  const endsAtMs = seconds === null ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1_000;
  for (let seed = from; seed < from + seeds && performance.now() < endsAtMs; seed += 1) {
    await playSeed(seed);
    if (failed > 0 && values.stop) break;
  }
  const spentMs = cpuMs() - startedMs;
  console.log(
    `${played} scenarios from seed ${from}, ${Math.round((played / spentMs) * 60_000)} a minute of one core, ` +
      `${Math.round(events / played)} records and ${Math.round(requests / played)} requests each, ${failed} broken`,
  );
  for (const [name, times] of timesSeen) console.log(`known, seen in ${times}: ${name}`);
}
process.exitCode = failed > 0 ? 1 : 0;

import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type FaultName, faultWeights } from '../src/simulator/system/generate-faults.ts';
import { generateScenario } from '../src/simulator/system/generate-scenario.ts';
import { runScenario, type ScenarioResult } from '../src/simulator/system/run-scenario.ts';
import type { Scenario } from '../src/simulator/system/scenario.ts';
import { shrinkScenario } from '../src/simulator/system/shrink-scenario.ts';
import type { Violation } from '../src/simulator/system/violation.ts';
import { mutants } from '../test/simulator/mutants.ts';
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
  --mutant NAME     puts a fault into the code first (one of test/simulator/mutants.ts, or a part of its name)
  --stats           says in which part of the scenarios what happened
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
    stats: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}

const isMutated = process.env.TIDEGATE_MUTANT !== undefined;
if (values.mutant !== undefined && !isMutated) {
  const named = mutants.filter(({ name }) => name.includes(values.mutant!));
  if (named.length !== 1) {
    for (const { breaks, name } of named.length === 0 ? mutants : named) console.log(`${breaks}: ${name}`);
    throw new Error(`"${values.mutant}" is part of ${named.length} names of mutants, not of one`);
  }
  // The sources must be replaced before they are loaded, so another process plays.
  const hook = join(import.meta.dirname, '..', 'test', 'simulator', 'mutate-hook.ts');
  const { status } = spawnSync(process.execPath, ['--import', hook, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, TIDEGATE_MUTANT: named[0]!.name },
  });
  process.exit(status ?? 1);
}
/** What a mutant breaks must not lie among what once was broken. */
const failuresDirectory = isMutated ? mkdtempSync(join(tmpdir(), 'tidegate-mutant-')) : scheduleDirectory;

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
const timesOccurred = new Map<string, number>();
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
  for (const what of result.stats.occurred) timesOccurred.set(what, (timesOccurred.get(what) ?? 0) + 1);
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
  const options = [
    ...(values.without === '' ? [] : [`--without ${values.without}`]),
    ...(values.mutant === undefined ? [] : [`--mutant '${values.mutant}'`]),
  ];
  console.log(`  ${['npm run simulate -- --seed', seed, ...options].join(' ')}`);
  if (values['no-shrink']) return;
  const shrunk = await shrinkScenario(scenario, knownIn(scenario));
  const [violation = first] = (await runScenario(shrunk, knownIn(scenario))).violations;
  const name = `${first.rule.toLowerCase()}-seed-${seed}`;
  const file = relative(
    process.cwd(),
    storeScenario(failuresDirectory, { name, violation, scenario: shrunk }),
  );
  console.log(
    `  ${shrunk.steps.length} of ${scenario.steps.length} steps do it: npm run simulate -- --replay ${[file, ...options].join(' ')}`,
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
  if (values.stats)
    for (const [what, times] of [...timesOccurred].sort())
      console.log(`${((100 * times) / played).toFixed(1).padStart(5)} %  ${what}`);
}
process.exitCode = failed > 0 ? 1 : 0;

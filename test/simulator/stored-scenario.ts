import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../src/simulator/system/scenario.ts';
import type { Violation } from '../../src/simulator/system/violation.ts';

/** A scenario that once broke a rule, as it lies in `schedules/` or `known/`. */
export interface StoredScenario {
  readonly name: string;
  /** What was seen when it was stored. */
  readonly violation: Violation;
  readonly scenario: Scenario;
}

/** Something that is known to be wrong and not repaired yet. */
export interface KnownFinding {
  readonly name: string;
  readonly rule: string;
  /** Regular expression on the detail of a violation. */
  readonly pattern: string;
  /** Only in scenarios with this fault. */
  readonly fault?: string;
  readonly about: string;
}

const here = import.meta.dirname;
export const scheduleDirectory = join(here, 'schedules');
export const knownDirectory = join(here, 'known');

export const readStoredScenario = (file: string): StoredScenario =>
  JSON.parse(readFileSync(file, 'utf8')) as StoredScenario;

/** Every scenario in a directory, by file name. */
export const storedScenarios = (directory: string): StoredScenario[] =>
  readdirSync(directory)
    .filter((file) => file.endsWith('.golden.json'))
    .sort()
    .map((file) => readStoredScenario(join(directory, file)));

/** Writes it and returns the file. */
export const storeScenario = (directory: string, stored: StoredScenario): string => {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${stored.name}.golden.json`);
  writeFileSync(file, textOf(stored));
  return file;
};

/** JSON with a line for each step, so that a reader sees the story and a difference shows one step. */
const textOf = ({ name, violation, scenario: { steps, ...rest } }: StoredScenario): string => {
  const lines = Object.entries(rest).map(([key, value]) => `"${key}": ${JSON.stringify(value)},`);
  const story = steps.map((step) => `  ${JSON.stringify(step)}`).join(',\n');
  return [
    '{',
    `"name": ${JSON.stringify(name)},`,
    `"violation": ${JSON.stringify(violation)},`,
    '"scenario": {',
    ...lines,
    '"steps": [',
    story,
    ']}}',
    '',
  ].join('\n');
};

export const knownFindings = (): readonly KnownFinding[] =>
  JSON.parse(readFileSync(join(knownDirectory, 'findings.json'), 'utf8')) as KnownFinding[];

/** The finding behind a violation in a scenario; null for something new. */
export const findingBehind = (
  findings: readonly KnownFinding[],
  { steps }: Scenario,
  { rule, detail }: Violation,
): KnownFinding | null =>
  findings.find(
    (one) =>
      one.rule === rule &&
      new RegExp(one.pattern).test(detail) &&
      (one.fault === undefined || steps.some((step) => step.do === one.fault)),
  ) ?? null;

import { readFileSync, writeFileSync } from 'node:fs';
import { injectionCases } from './suites/injection-cases.ts';
import { jailbreakCases } from './suites/jailbreak-cases.ts';
import { refusalCases } from './suites/refusal-cases.ts';
import type { SuiteCase } from './suites/suite-case.ts';

/** Writes the suites that ship with Tidegate; with --check it only says whether they are what this would write. */
const SUITES: Readonly<Record<string, () => SuiteCase[]>> = {
  'prompt-injection': injectionCases,
  jailbreak: jailbreakCases,
  refusal: refusalCases,
};

const isCheck = process.argv.includes('--check');

for (const [name, casesOf] of Object.entries(SUITES)) {
  const file = new URL(`../suites/${name}.jsonl`, import.meta.url);
  const cases = casesOf();
  const text = cases.map((one) => `${JSON.stringify(one)}\n`).join('');
  if (!isCheck) {
    writeFileSync(file, text);
    console.log(`suites/${name}.jsonl: ${cases.length} cases`);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`suites/${name}.jsonl is not what scripts/make-suites.ts writes.`);
    process.exitCode = 1;
  }
}

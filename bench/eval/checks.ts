/** What deterministic checks cost by themselves: answers that are there already are scored, without calls and records. See README.md. */
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { planWithoutFile } from '../../src/config/plan-without-file.ts';
import { scoreAnswer } from '../../src/evaluate/run-evaluation/score-answer.ts';
import { openMetric } from '../../src/evaluate/scoring/open-metric.ts';
import { toolSchemas } from '../../src/evaluate/scoring/tool-schemas.ts';
import type { TargetAnswer } from '../../src/evaluate/target/target-answer.ts';
import { machine } from '../machine.ts';

const CASES = 50_000;
const SCORERS = ['exact', 'contains', 'token_f1', 'levenshtein_similarity'];

const [plain] = planWithoutFile('golden.jsonl', 'http://127.0.0.1:1/', '/').scorers;
const metrics = SCORERS.map((scorer) =>
  openMetric(
    { ...plain!, name: scorer, how: { kind: 'registry', scorer, options: {} } },
    { surroundings: toolSchemas(null), fill: (text) => text },
  ),
);
const filler = 'Some context that every question of this golden set carries along. '.repeat(15);
const { signal } = new AbortController();
const scoreOne = (i: number): Promise<unknown> => {
  const one = {
    id: `case-${i}`,
    input: `What is ${i}? ${filler}`,
    expected: `the answer is ${i}`,
    tags: [`t${i % 5}`],
    weight: 1,
    metadata: {},
    position: i,
  };
  const answer: TargetAnswer = {
    kind: 'answer',
    output: i % 2 === 0 ? `the answer is ${i}` : 'something else',
    latencyMs: 1,
    firstTokenMs: null,
    tokens: null,
    isCached: false,
  };
  return scoreAnswer(one, answer, metrics, null, signal);
};
for (let i = 0; i < CASES / 10; i += 1) await scoreOne(i);
const startedMs = performance.now();
const before = process.cpuUsage();
for (let i = 0; i < CASES; i += 1) await scoreOne(i);
const { user, system } = process.cpuUsage(before);
const checks = CASES * SCORERS.length;
const results = {
  checks,
  checksPerSecond: checks / ((performance.now() - startedMs) / 1000),
  checksPerCpuSecond: checks / ((user + system) / 1e6),
};
console.log(results);
const text = JSON.stringify({ machine: machine(), loadAverage: loadavg(), results }, null, 2);
writeFileSync(join(import.meta.dirname, '..', 'results', 'eval-checks.json'), `${text}\n`);

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { drawnCases } from './drawn-cases.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidegate-drawn-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const caseAt = (position: number): EvaluationCase => ({
  id: `c${position}`,
  input: { question: `ä${'x'.repeat(position * 997)}`, of: [position] },
  expected: null,
  tags: position % 2 === 0 ? [] : ['odd'],
  weight: 1 + (position % 3),
  metadata: { position },
  position,
});
const all = Array.from({ length: 60 }, (_, position) => caseAt(position));
async function* streamed() {
  yield* all;
}

it('gives cases in any order as they were, with nothing left on disk', async () => {
  const drawn = await drawnCases(streamed(), 50, directory);
  expect(readdirSync(directory)).toEqual([]);
  expect(drawn.facts).toEqual(all.slice(0, 50).map(({ tags, weight }) => ({ tags, weight })));
  const found: EvaluationCase[] = [];
  for await (const one of drawn.inOrder(Int32Array.from([49, 0, 7, 7, 31]))) found.push(one);
  expect(found).toEqual([49, 0, 7, 7, 31].map(caseAt));
  await drawn.close();
});

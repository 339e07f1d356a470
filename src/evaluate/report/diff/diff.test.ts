import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunLine } from '../../../core/evaluation/run/run-record.ts';
import { seededRandom } from '../../../core/evaluation/seeded-random.ts';
import { makeRun } from '../../records/testing/make-run.ts';
import {
  hostileRun,
  hostileText,
  right,
  smallCase,
  smallHead,
  smallMetric,
  wrong,
} from '../../records/testing/small-run.ts';
import { writeRun } from '../../records/testing/write-run.ts';
import { indexRun } from '../run/index-run.ts';
import { compareRuns, type RunDiff } from './compare-runs.ts';
import { compareScores } from './compare-scores.ts';
import { diffRow } from './diff-facts.ts';
import { renderDiff, writeDiffReports } from './write-diff-reports.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-diff-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const diffOf = async (a: Iterable<RunLine>, b: Iterable<RunLine>): Promise<RunDiff> => {
  const [pathA, pathB] = [join(directory, 'a.jsonl'), join(directory, 'b.jsonl')];
  await writeRun(pathA, a);
  await writeRun(pathB, b);
  return compareRuns(await indexRun(pathA), await indexRun(pathB));
};

const idsOf = async (diff: RunDiff): Promise<Record<string, string[]>> =>
  (JSON.parse(await renderDiff(diff, 'json')) as { cases: Record<string, string[]> }).cases;

describe('two runs', () => {
  it('are held against each other by the ids of their cases, in whatever order', async () => {
    const other = { output: 'no!', scores: { exact: 0 } };
    const diff = await diffOf(
      [
        smallHead({ id: 'a' }),
        smallCase('same', [right]),
        smallCase('broken', [right]),
        smallCase('fixed', [wrong]),
        smallCase('changed', [wrong]),
        smallCase('lost', [right]),
        smallCase('back', [null]),
        smallCase('both', [null]),
        smallCase('other question', [right]),
        smallCase('gone', [right]),
      ],
      [
        smallHead({ id: 'b' }),
        smallCase('new', [right]),
        smallCase('other question', [wrong], [], { input: 'something else' }),
        smallCase('both', [null]),
        smallCase('back', [right]),
        smallCase('lost', [null]),
        smallCase('changed', [other]),
        smallCase('fixed', [right]),
        smallCase('broken', [wrong]),
        smallCase('same', [right]),
      ],
    );
    expect(await idsOf(diff)).toEqual({
      broken: ['lost', 'broken'],
      fixed: ['back', 'fixed'],
      changed: ['changed'],
      'asked-differently': ['other question'],
      'only-b': ['new'],
      'only-a': ['gone'],
      same: ['both', 'same'],
    });
    expect(diff.common).toBe(7);
    // Of the seven, three have an error in one of the runs.
    expect(diff.metrics[0]).toMatchObject({ n: 4, unscored: 3, higher: 1, lower: 1 });
    expect(await renderDiff(diff, 'text')).toContain(
      '1 cases have the same id and another input or expected answer',
    );
  });

  const many = function* (
    head: RunLine,
    answers: readonly (typeof right)[],
    tag?: string,
  ): Generator<RunLine> {
    yield head;
    for (const [i, answer] of answers.entries())
      yield smallCase(`${i}`, [answer], [], { tags: tag !== undefined && i % 2 === 0 ? [tag] : [] });
  };
  const answers = (...counts: readonly (readonly [number, typeof right])[]) =>
    counts.flatMap(([count, answer]) => Array.from({ length: count }, () => answer));

  it('get McNemar, an interval and a verdict where cases are right or wrong', async () => {
    // 15 broken, 3 fixed, 82 the same: exact p = 2 * P(Bin(18, 1/2) <= 3) = 2 * 988 / 262144.
    const diff = await diffOf(
      many(smallHead({ id: 'a' }), answers([15, right], [3, wrong], [82, right])),
      many(smallHead({ id: 'b' }), answers([15, wrong], [3, right], [82, right])),
    );
    const [exact] = diff.metrics;
    expect(exact).toMatchObject({ n: 100, a: 0.97, b: 0.85, higher: 3, lower: 15, test: 'McNemar, exact' });
    expect(exact!.difference).toBeCloseTo(-0.12, 12);
    expect(exact!.p).toBeCloseTo((2 * 988) / 262_144, 12);
    expect(exact!.interval!.low).toBeLessThan(-0.12);
    expect(exact!.interval!.high).toBeLessThan(0);
    expect(diff.verdict).toBe('worse');
    expect(await renderDiff(diff, 'text')).toMatch(/^B is worse: by exact\n/);
  });

  it('correct by Holm over metrics, and over slices apart', async () => {
    const both = (value: number) => ({ output: `${value}`, scores: { exact: value, other: value } });
    const head = (id: string) => smallHead({ id, metrics: [smallMetric('exact'), smallMetric('other')] });
    const diff = await diffOf(
      many(head('a'), answers([8, both(1)], [1, both(0)], [31, both(1)]), 'even'),
      many(head('b'), answers([8, both(0)], [1, both(1)], [31, both(1)]), 'even'),
    );
    const p = (2 * 10) / 512;
    expect(diff.metrics.map((one) => one.p)).toEqual([expect.closeTo(p, 12), expect.closeTo(p, 12), 1]);
    // Latency is the same everywhere, and takes nothing from the others.
    expect(diff.metrics.map((one) => one.adjustedP)).toEqual([
      expect.closeTo(2 * p, 12),
      expect.closeTo(2 * p, 12),
      1,
    ]);
    expect(diff.verdict).toBe('open');
    expect(diff.slices.map(({ slice, n }) => [slice, n])).toEqual([
      ['even', 20],
      ['even', 20],
    ]);
  });

  it('count cases as up where the score is higher in B, also where that is worse', async () => {
    const metrics = [smallMetric('harm', { better: 'lower' })];
    const of = (score: number) => ({ output: 'x', scores: { harm: score } });
    const diff = await diffOf(
      many(smallHead({ id: 'a', metrics }), answers([20, of(0)])),
      many(smallHead({ id: 'b', metrics }), answers([20, of(1)])),
    );
    const harm = diff.metrics.find(({ metric }) => metric.name === 'harm')!;
    expect(diffRow(harm)).toMatchObject({ moved: '20 / 0', says: 'worse' });
  });

  it('compare no metric that was worked out differently, and say so', async () => {
    const diff = await diffOf(
      many(smallHead({ id: 'a' }), answers([20, right])),
      many(
        smallHead({ id: 'b', metrics: [smallMetric('exact', { signature: 'exact|v:2' })] }),
        answers([20, wrong]),
      ),
    );
    expect(diff.metrics.filter(({ metric }) => metric.name === 'exact')).toEqual([]);
    expect(diff.incomparable).toEqual([
      { metric: 'exact', why: 'signature', a: 'exact|v:1', b: 'exact|v:2' },
    ]);
    expect(diff.pairs.counts.broken).toBe(0);
    for (const format of ['text', 'markdown', 'html'] as const)
      expect(await renderDiff(diff, format)).toContain('It was worked out differently');
  });

  it('warn when the golden sets differ', async () => {
    const diff = await diffOf(
      makeRun({ seed: 1, cases: 40 }),
      makeRun({ seed: 2, cases: 50, golden: `sha256:${'cd'.repeat(32)}` }),
    );
    expect(diff.common).toBe(40);
    expect(diff.pairs.counts['only-b']).toBe(10);
    expect(await renderDiff(diff, 'text')).toContain(
      'The golden sets differ (abababababab and cdcdcdcdcdcd): only the 40 cases',
    );
  });

  it('that are the same run do not differ', async () => {
    const diff = await diffOf(
      makeRun({ seed: 1, cases: 60, repeats: 2 }),
      makeRun({ seed: 1, cases: 60, repeats: 2 }),
    );
    expect(diff.pairs.counts.same).toBe(60);
    expect(diff.verdict).toBe('open');
    expect(diff.metrics.every(({ p, difference }) => p === 1 && difference === 0)).toBe(true);
  });

  it('of hostile answers give reports that hold still', async () => {
    const diff = await diffOf(hostileRun(), hostileRun());
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
    expect(await renderDiff(diff, 'text')).not.toMatch(steering);
    const html = await renderDiff(diff, 'html');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.isWellFormed()).toBe(true);
    const json = JSON.parse(await renderDiff(diff, 'json')) as { cases: { same: string[] } };
    expect(json.cases.same).toContain(hostileText);
  });

  it('have no JUnit', async () => {
    const diff = await diffOf(makeRun({ seed: 1, cases: 5 }), makeRun({ seed: 2, cases: 5 }));
    await expect(writeDiffReports(diff, [join(directory, 'x.xml')])).rejects.toMatchObject({
      code: 'bad-request',
    });
  });
});

describe('scores of the same cases', () => {
  it('get the bootstrap and the permutation test where they are no shares of right and wrong', () => {
    const random = seededRandom(5);
    const a = Array.from({ length: 80 }, () => random());
    const b = a.map((score) => score + 0.05 + 0.1 * (random() - 0.5));
    const found = compareScores({ a, b, weight: a.map(() => 1) }, 0.95, seededRandom(1))!;
    expect(found.intervalMethod).toBe('paired bootstrap (BCa, 2000 resamples)');
    expect(found.test).toBe('permutation test, 9999 draws');
    expect(found.interval!.low).toBeGreaterThan(0.03);
    expect(found.interval!.high).toBeLessThan(0.07);
    expect(found.p).toBe(1 / 10_000);
  });

  it('count by their weights', () => {
    const found = compareScores(
      { a: [0, 0, 1, 1], b: [1, 0, 1, 0], weight: [3, 1, 1, 1] },
      0.95,
      seededRandom(1),
    )!;
    expect(found.a).toBeCloseTo(2 / 6, 12);
    expect(found.b).toBeCloseTo(4 / 6, 12);
    expect(found.difference).toBeCloseTo(2 / 6, 12);
    expect(found.test).toBe('permutation test, exact');
    // Of the four exchanges of +3 and -1, those with |sum| >= 2 are all.
    expect(found.p).toBe(1);
  });

  it('that all differ by the same say nothing about how far off the difference is', () => {
    const a = [0.1, 0.2, 0.3];
    const found = compareScores(
      { a, b: a.map((one) => one + 0.1), weight: [1, 1, 1] },
      0.95,
      seededRandom(1),
    )!;
    expect(found.interval).toBeNull();
    expect(compareScores({ a: [], b: [], weight: [] }, 0.95, seededRandom(1))).toBeNull();
  });

  it('cover the true difference about as often as they say', () => {
    const random = seededRandom(11);
    let covered = 0;
    const worlds = 400;
    for (let world = 0; world < worlds; world += 1) {
      const a = Array.from({ length: 60 }, () => (random() < 0.7 ? 1 : 0));
      const b = a.map((score) => (random() < 0.2 ? 1 - score : score));
      // P(b) - P(a) = 0.2 * (0.3 - 0.7).
      const { interval } = compareScores({ a, b, weight: a.map(() => 1) }, 0.95, random)!;
      if (interval !== null && interval.low <= -0.08 && interval.high >= -0.08) covered += 1;
    }
    expect(covered / worlds).toBeGreaterThan(0.92);
    expect(covered / worlds).toBeLessThan(0.985);
  });
});

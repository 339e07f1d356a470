import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CaseRecord, RunLine } from '../../../core/evaluation/run/run-record.ts';
import { makeRun } from '../../records/testing/make-run.ts';
import {
  hostileRun,
  hostileText,
  right,
  smallCase,
  smallHead,
  smallMetric,
  smallSummary,
  wrong,
} from '../../records/testing/small-run.ts';
import { writeRun } from '../../records/testing/write-run.ts';
import { visibleDirections } from '../visible-directions.ts';
import { flagsOf } from './judge-cases.ts';
import { type RunReport, reportRun } from './run-report.ts';
import { textReport } from './text-report.ts';
import { renderRun, writeRunReports } from './write-run-reports.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-report-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const reportOf = async (lines: Iterable<RunLine>): Promise<RunReport> =>
  reportRun(await writeRun(join(directory, 'run.jsonl'), lines));

const rendered = async (report: RunReport, format: Parameters<typeof renderRun>[1]): Promise<string> => {
  let text = '';
  for await (const piece of await renderRun(report, format)) text += piece;
  return text;
};

const flagsById = ({ table, judged }: RunReport): Record<string, string[]> =>
  Object.fromEntries([...table.rowOfId].map(([id, row]) => [id, flagsOf(judged, row)]));

describe('what is said of cases', () => {
  const baseline = { label: 'old', digest: null };

  it('counts flaky cases apart in every format, with what repeats showed', async () => {
    const half = (value: number) => ({ value, low: 0.01, high: 0.8, confidence: 0.95 });
    const terms = {
      require: [],
      confidence: 0.95,
      mostErrorsShare: 0.01,
      about: 'population',
      passedBy: ['exact'],
    } as const;
    const brief = (score: number) => ({ output: 'yes', scores: { exact: 1, brief: score } });
    const report = await reportOf([
      smallHead({
        repeats: 2,
        mostRepeats: 4,
        terms,
        metrics: [smallMetric('exact'), smallMetric('brief'), smallMetric('pass@2')],
      }),
      smallCase('varies', [right, wrong, right, right]),
      // Only by a score that has no say in it.
      smallCase('steady', [brief(1), brief(0)]),
      smallCase('wrong', [wrong, wrong]),
      smallSummary({
        flaky: 1,
        repeats: {
          classes: { stablePass: 1, stableFail: 1, flaky: 1, unknown: 0 },
          flakyShare: half(1 / 3),
          disagreement: half(0.2),
        },
      }),
    ]);
    expect(flagsById(report)).toEqual({ varies: ['flaky'], steady: [], wrong: ['wrong'] });
    const words =
      '1 flaky (33.33 %, 1.00 to 80.00 %), 1 passed every time, 1 failed every time, two answers to a case disagree 20.00 %';
    for (const format of ['text', 'markdown', 'html'] as const) {
      // Markdown has its own signs behind backslashes.
      const text = (await rendered(report, format)).replaceAll('\\', '');
      expect(text).toContain(words);
      expect(text).toContain('2 to 4 repeats');
    }
    const json = JSON.parse(await rendered(report, 'json'));
    expect(json).toMatchObject({
      flags: { flaky: 1, wrong: 1 },
      summary: { repeats: { classes: { flaky: 1 } } },
    });
    const xml = await rendered(report, 'junit');
    expect(xml).toContain('<property name="flaky" value="1"/>');
    expect(xml).toMatch(
      /name="varies"[^>]*><properties><property name="flaky" value="3 of 4 repeats passed"/,
    );
    expect(xml).toContain('failures="1" errors="0"');
    expect(xml.match(/<properties>/g)).toHaveLength(2);
  });

  it('tells wrong, flaky, error, worse and better apart', async () => {
    const report = await reportOf([
      smallHead({ baseline, repeats: 2 }),
      smallCase('right', [right, right], [right, right]),
      smallCase('wrong', [wrong, wrong], [wrong, wrong]),
      smallCase('broken', [wrong, wrong], [right, right]),
      smallCase('fixed', [right, right], [wrong, wrong]),
      smallCase('flaky', [right, wrong], [right, right]),
      smallCase('half an error', [right, null], [right, right]),
      smallCase('error', [null, null], [right, right]),
      smallCase('both errors', [null, null], [null, null]),
      smallCase('answers again', [right, right], [null, null]),
    ]);
    expect(flagsById(report)).toEqual({
      right: [],
      wrong: ['wrong'],
      broken: ['worse', 'wrong'],
      fixed: ['better'],
      flaky: ['worse', 'flaky'],
      'half an error': ['error'],
      error: ['worse', 'error'],
      'both errors': ['error'],
      'answers again': ['better'],
    });
    expect(report.judged.counts).toEqual({ worse: 3, wrong: 2, error: 3, flaky: 1, better: 2 });
    // Of a case in which one repeat is wrong, that one is shown, beside the baseline's best.
    expect(report.worst.find(({ id }) => id === 'flaky')).toMatchObject({ candidate: 'no', baseline: 'yes' });
    expect(report.worst.map(({ id }) => id)).toEqual([
      'broken',
      'error',
      'flaky',
      'wrong',
      'half an error',
      'both errors',
    ]);
  });

  it('calls nothing wrong where no metric scores 0 or 1, and puts the lowest scores first', async () => {
    const f1 = (score: number) => ({ output: `${score}`, scores: { f1: score } });
    const report = await reportOf([
      smallHead({ metrics: [smallMetric('f1'), smallMetric('error_rate', { better: 'lower' })] }),
      smallCase('a', [f1(0.9)]),
      smallCase('b', [f1(0.2)]),
      smallCase('c', [f1(0.5)]),
    ]);
    expect(report.judged.tellsRightFromWrong).toBe(false);
    expect([...report.judged.worstFirst]).toEqual([1, 2, 0]);
    expect(textReport(report)).not.toContain('wrong');
  });

  it('knows that a count of bad things is good when it is 0', async () => {
    const leaks = (score: number) => ({ output: 'x', scores: { pii: score } });
    const report = await reportOf([
      smallHead({ metrics: [smallMetric('pii', { better: 'lower', unit: 'score' })], baseline }),
      smallCase('clean', [leaks(0)], [leaks(1)]),
      smallCase('leaks', [leaks(1)], [leaks(0)]),
    ]);
    expect(flagsById(report)).toEqual({ clean: ['better'], leaks: ['worse', 'wrong'] });
  });

  it('counts the later record of a case that was asked again', async () => {
    const report = await reportOf([
      smallHead(),
      smallCase('a', [null]),
      smallCase('b', [wrong]),
      smallSummary({ verdict: 'inconclusive', stoppedBy: 'interrupted' }),
      smallCase('a', [right]),
      smallSummary({ verdict: 'pass' }),
    ]);
    expect(flagsById(report)).toEqual({ a: [], b: ['wrong'] });
    expect(report.table.size).toBe(2);
    expect(report.judged.counts).toMatchObject({ error: 0, wrong: 1 });
    expect(report.summary?.verdict).toBe('pass');
    const json = JSON.parse(await rendered(report, 'json')) as { cases: { id: string; flags: string[] }[] };
    expect(json.cases.map(({ id }) => id)).toEqual(['b', 'a']);
    expect((await rendered(report, 'junit')).match(/<testcase /g)).toHaveLength(2);
  });

  it('takes names of metrics from files for names only', async () => {
    const report = await reportOf([
      smallHead({ metrics: [smallMetric('constructor'), smallMetric('exact')] }),
      smallCase('a', [right]),
    ]);
    expect(flagsById(report)).toEqual({ a: [] });
  });
});

describe('the report of a run', () => {
  it('is text with verdict, requirements, metrics, counts and the worst cases', async () => {
    const text = textReport(await reportOf(makeRun({ seed: 1, cases: 300 })));
    expect(text).toMatch(/^support answers {3}✔ pass\n/);
    expect(text).toContain('✔ pass            exact >= 80 %');
    expect(text).toContain('? inconclusive    exact on german');
    expect(text).toMatch(/METRIC +SLICE +VALUE +95 % INTERVAL +BASELINE +DIFFERENCE +CASES/);
    expect(text).toMatch(
      /\d+ worse than the baseline, \d+ wrong, \d+ errors, 0 flaky, \d+ better than the baseline/,
    );
    expect(text).toContain('worst cases');
    expect(text).not.toMatch(/ \n/);
  });

  it('says of an interrupted run how far it got, and goes on to show it', async () => {
    const report = await reportOf([smallHead(), smallCase('a', [wrong])]);
    const text = textReport(report);
    expect(text).toMatch(/^small {3}… unfinished/);
    expect(text).toContain(
      '1 of 3 cases are recorded. `tidegate eval run --resume run-small` goes on with it.',
    );
    expect(await rendered(report, 'html')).toContain('"unfinished"');
    expect(JSON.parse(await rendered(report, 'json'))).toMatchObject({
      verdict: 'unfinished',
      summary: null,
    });
  });

  it('shows no figures of an earlier part for a run that went on and was killed', async () => {
    const summary = smallSummary({ stoppedBy: 'interrupted', cases: 1 });
    const part = { kind: 'part', id: 'b', position: 1, candidate: [], baseline: [] } as const;
    for (const later of [smallCase('b', [wrong]), part]) {
      const report = await reportOf([smallHead(), smallCase('a', [wrong]), summary, later]);
      expect(report.summary).toBeNull();
      expect(textReport(report)).toContain('goes on with it. Metrics and requirements are worked out');
    }
  });

  it('shows an answer that is an object as one', async () => {
    const answer = { ...right, output: { answer: 'yes' }, scores: { exact: 0 } };
    const text = textReport(await reportOf([smallHead(), smallCase('a', [answer])]));
    expect(text).toContain('candidate  {"answer":"yes"}');
  });

  it('has every case in JSON, with its flags', async () => {
    const lines = [...makeRun({ seed: 3, cases: 50, repeats: 2 })];
    const json = JSON.parse(await rendered(await reportOf(lines), 'json')) as {
      verdict: string;
      flags: Record<string, number>;
      cases: { id: string; candidate: unknown[]; flags: string[] }[];
    };
    expect(json.cases).toHaveLength(50);
    const first = lines[1] as CaseRecord;
    expect(json.cases[0]).toMatchObject({ id: first.id, candidate: first.candidate });
    for (const [flag, count] of Object.entries(json.flags))
      expect(json.cases.filter(({ flags }) => flags.includes(flag))).toHaveLength(count);
  });

  it('has a JUnit test for each requirement and each case, failures and errors apart', async () => {
    const report = await reportOf([
      smallHead(),
      smallCase('a', [right]),
      smallCase('b', [wrong]),
      smallCase('c', [null]),
      smallSummary({
        verdict: 'fail',
        requirements: [
          { requirement: 'exact >= 95 %', verdict: 'fail', found: null, moreCases: null, detail: 'is lower' },
          {
            requirement: 'latency p95 <= 2 s',
            verdict: 'inconclusive',
            found: null,
            moreCases: 9,
            detail: 'open',
          },
        ],
      }),
    ]);
    const xml = await rendered(report, 'junit');
    expect(xml).toContain('<testsuites name="small" tests="5" failures="2" errors="1" skipped="1">');
    expect(xml).toContain(
      'name="requirements" timestamp="2026-11-21T09:00:00" tests="2" failures="1" errors="0" skipped="1"',
    );
    expect(xml).toContain(
      '<testcase classname="requirements" name="exact &gt;= 95 %"><failure type="requirement" message="fail: is lower"/></testcase>',
    );
    expect(xml).toContain('<testcase classname="cases" name="a" time="0.010"></testcase>');
    expect(xml).toMatch(
      /name="b" time="0.010"><failure type="wrong" message="exact 0.00 %">input: question b&#10;expected: yes&#10;answer: no</,
    );
    expect(xml).toContain('<error type="status" message="answered 500"/>');
  });

  it('is written by the ending of the file, whole or not at all', async () => {
    const report = await reportOf(makeRun({ seed: 1, cases: 30 }));
    const files = ['r.html', 'r.md', 'r.json', 'deep/r.xml', 'r.txt'].map((name) =>
      join(directory, 'out', name),
    );
    await writeRunReports(report, files);
    for (const file of files) expect((await stat(file)).size).toBeGreaterThan(500);
    expect((await readdir(join(directory, 'out'))).sort()).toEqual([
      'deep',
      'r.html',
      'r.json',
      'r.md',
      'r.txt',
    ]);
    const other = join(directory, 'other', 'a.txt');
    await expect(writeRunReports(report, [other, 'b.pdf'])).rejects.toMatchObject({ code: 'bad-request' });
    await expect(stat(other)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('hostile answers', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
  const isWellFormed = (text: string): boolean => text.isWellFormed();

  it('cannot steer a terminal', async () => {
    const text = textReport(await reportOf(hostileRun()));
    expect(text).not.toMatch(steering);
    expect(isWellFormed(text)).toBe(true);
    // No line but those of the report.
    expect(text.split('\n').length).toBeLessThan(40);
  });

  it('are no markup in Markdown', async () => {
    const text = await rendered(await reportOf(hostileRun()), 'markdown');
    expect(text).not.toMatch(steering);
    const outsideBlocks = text.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '');
    expect(outsideBlocks).not.toMatch(/<|https?:\/\/|@|www\.evil/);
    expect(outsideBlocks).toContain('&lt;/script&gt;');
  });

  it('leave XML well-formed and lose nothing silently', async () => {
    const xml = await rendered(await reportOf(hostileRun()), 'junit');
    expect(isWellFormed(xml)).toBe(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 has no way to write
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
    const tags = [...xml.matchAll(/<(\/?)([a-z?]+)((?: [a-z]+="[^"<]*")*)\s*(\/?\??)>/g)];
    expect(xml.replace(/<(\/?)([a-z?]+)((?: [a-z]+="[^"<]*")*)\s*(\/?\??)>/g, '')).not.toMatch(/[<>]/);
    const open: string[] = [];
    for (const [, end, name = '', , self] of tags)
      if (end === '/') expect(open.pop()).toBe(name);
      else if (self === '') open.push(name);
    expect(open).toEqual([]);
    expect(xml).toContain('\\u0000');
    expect(xml).toContain('\\ud800');
    expect(xml.match(/&(?!(amp|lt|gt|quot|apos|#9|#10|#13);)/)).toBeNull();
  });

  it('cannot get out of the data of the page', async () => {
    const report = await reportOf(hostileRun());
    const html = await rendered(report, 'html');
    expect(isWellFormed(html)).toBe(true);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).not.toMatch(/<img|<!--/);
    const data = JSON.parse(/id="data">([\s\S]*?)<\/script>/.exec(html)![1]!) as {
      cases: { candidate: { text: string }[] }[];
    };
    expect(data.cases.flatMap(({ candidate }) => candidate.map(({ text }) => text))).toContain(
      visibleDirections(hostileText),
    );
    expect(hostileText).toContain('\u202e');
    expect(html + (await rendered(report, 'junit'))).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  it('of a megabyte make no report large', async () => {
    const huge = { output: `${'\u202eword '.repeat(170_000)}end`, scores: { exact: 0 } };
    const report = await reportOf([
      smallHead(),
      smallCase('a', [huge]),
      smallCase('b', [huge], [], { input: huge.output }),
    ]);
    for (const format of ['text', 'markdown', 'junit', 'html'] as const) {
      const file = join(directory, format);
      const size = (await rendered(report, format)).length;
      expect(size, `${format} ${file}`).toBeLessThan(200_000);
    }
    expect(await rendered(report, 'html')).toContain('1020003');
    expect(await readFile(report.path, 'utf8')).toContain('end');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunLine } from '../../src/core/evaluation/run/run-record.ts';
import { makeRun } from '../../src/evaluate/records/testing/make-run.ts';
import { hostileRun } from '../../src/evaluate/records/testing/small-run.ts';
import { writeRun } from '../../src/evaluate/records/testing/write-run.ts';
import { compareRuns } from '../../src/evaluate/report/diff/compare-runs.ts';
import { htmlDiff } from '../../src/evaluate/report/diff/html-diff.ts';
import { htmlReport } from '../../src/evaluate/report/run/html-report.ts';
import { indexRun } from '../../src/evaluate/report/run/index-run.ts';
import { reportRun } from '../../src/evaluate/report/run/run-report.ts';
import { renderRun } from '../../src/evaluate/report/run/write-run-reports.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { lowContrast } from './low-contrast.ts';

const executable = chromiumPath();
const isCi = process.env.CI !== undefined && process.env.CI !== 'false';
const missing =
  'Chromium is not installed, so nothing is known about the pages of evaluations. Install the package `chromium`.';

describe('the page of an evaluation', () => {
  let directory: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let asked: string[];

  beforeAll(async () => {
    if (executable === null) {
      console.error(missing);
      if (isCi) throw new Error(missing);
      return;
    }
    directory = await mkdtemp(join(tmpdir(), 'tidegate-eval-page-'));
    browser = await launchChromium(executable);
  });

  afterAll(async () => {
    await browser?.close();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  beforeEach(async (test) => {
    if (executable === null) return test.skip(missing);
    await openContext({ viewport: { width: 1280, height: 900 } });
  });

  afterEach(async () => {
    await context?.close();
    if (executable === null) return;
    expect(complaints).toEqual([]);
    expect(asked.filter((address) => !address.startsWith('file:'))).toEqual([]);
  });

  const openContext = async (options: Parameters<Browser['newContext']>[0]): Promise<void> => {
    await context?.close();
    context = await browser.newContext(options);
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    complaints = [];
    asked = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('dialog', (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => asked.push(request.url()));
    await page.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI))`,
    );
  };

  const runFile = (name: string, lines: Iterable<RunLine>): Promise<string> =>
    writeRun(join(directory, `${name}.jsonl`), lines);

  const show = async (html: string, hash = ''): Promise<void> => {
    const file = join(directory, 'page.html');
    await writeFile(file, html);
    // A change of the part after # alone would not load the page again.
    await page.goto('about:blank');
    await page.goto(pathToFileURL(file).href + hash);
  };

  const showRun = async (lines: Iterable<RunLine>, hash = ''): Promise<void> =>
    show(await htmlReport(await reportRun(await runFile('run', lines))), hash);

  const status = (): Promise<string | null> => page.getByRole('status').textContent();

  test('shows verdict, requirements, metrics, slices and cases', async () => {
    await showRun(makeRun({ seed: 1, cases: 300, accuracy: 0.84 }));
    expect(await page.title()).toBe('pass: support answers');
    await page.getByRole('heading', { level: 1, name: 'support answers' }).waitFor();
    for (const name of ['Requirements', 'Metrics', 'Cases'])
      expect(await page.getByRole('region', { name, exact: true }).count(), name).toBe(1);
    expect(await page.getByText('Of 2 requirements, 1 open, 1 hold. 300 cases.').count()).toBe(1);
    const metrics = page.getByRole('table', { name: 'Metrics on all cases' });
    expect(await metrics.getByRole('rowheader').allTextContents()).toEqual([
      'exactClopper-Pearson',
      'token_f1BCa bootstrap over cases',
    ]);
    const slices = page.getByRole('table', { name: 'exact by slice' });
    expect(await slices.getByRole('rowheader').allTextContents()).toEqual([
      'german',
      'account',
      'refunds',
      'shipping',
      'billing',
    ]);
    await page.getByLabel('Metric', { exact: true }).selectOption('token_f1');
    expect(await page.getByRole('table', { name: 'token_f1 by slice' }).count()).toBe(1);
    expect(await status()).toBe('300 cases, the worst first.');
  });

  test('finds cases by flag, slice and words, and keeps what is looked for in the address', async () => {
    const lines = [...makeRun({ seed: 1, cases: 300, accuracy: 0.84 })];
    const report = await reportRun(await runFile('counted', lines));
    const { counts } = report.judged;
    await showRun(lines);
    for (const [flag, words] of [
      ['wrong', 'wrong'],
      ['worse', 'worse than the baseline'],
      ['better', 'better than the baseline'],
      ['error', 'errors'],
    ] as const) {
      const button = page.getByRole('button', { name: `${words} ${counts[flag]}`, exact: true });
      await button.click();
      expect(await button.getAttribute('aria-pressed')).toBe('true');
      expect(await status()).toBe(`${counts[flag]} cases, the worst first.`);
    }
    await page.getByRole('button', { name: `wrong ${counts.wrong}`, exact: true }).click();
    await page.getByLabel('Slice', { exact: true }).selectOption('german');
    const german = Number.parseInt((await status()) ?? '', 10);
    expect(german).toBeGreaterThan(0);
    expect(german).toBeLessThan(counts.wrong);
    await page.getByLabel('Search').fill('no such words');
    expect(await status()).toBe('No case fits.');
    expect(page.url()).toMatch(/#words=no%20such%20words&flag=wrong&tag=german$/);
    await showRun(lines, '#flag=wrong&tag=german');
    expect(await status()).toBe(`${german} cases, the worst first.`);
    expect(await page.getByLabel('Slice', { exact: true }).inputValue()).toBe('german');
  });

  test('shows answers side by side with their differences marked, and by keyboard alone', async () => {
    await showRun(makeRun({ seed: 1, cases: 300, accuracy: 0.84 }));
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).toBe('search');
    await page.keyboard.type('question');
    await page.keyboard.press('Escape');
    const first = page.locator('.case-head').first();
    expect(await page.evaluate(`document.activeElement === document.querySelector('.case-head')`)).toBe(true);
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    expect(await first.getAttribute('aria-expanded')).toBe('true');
    const body = page.locator('.case-body').first();
    expect(await body.getByRole('heading', { level: 5 }).allTextContents()).toEqual([
      '1.3.2 (baseline)',
      '1.4.0 (candidate)',
    ]);
    expect(await body.locator('del').count()).toBeGreaterThan(0);
    expect(await body.locator('ins').count()).toBeGreaterThan(0);
    expect(await body.getByText('the answer differs from what was expected').count()).toBe(1);
    expect(page.url()).toContain(`open=${await first.locator('.case-id').textContent()}`);
    await page.keyboard.press('Enter');
    expect(await first.getAttribute('aria-expanded')).toBe('false');
    for (let pressed = 0; pressed < 45; pressed += 1) await page.keyboard.press('j');
    expect(await page.locator('.case').count()).toBe(80);
    await page.getByLabel('Mark what differs from').selectOption('nothing');
    await first.click();
    expect(await page.locator('del, ins').count()).toBe(0);
  });

  test('holds hostile answers still', async () => {
    await showRun(hostileRun());
    for (const head of await page.locator('.case-head').all()) await head.click();
    expect(await page.locator('.case-body').count()).toBe(2);
    expect(await page.locator('main img, main script, main a, main iframe').count()).toBe(0);
    expect(await page.locator('.text').first().textContent()).toContain('<img src=x onerror=alert(2)>');
    await page.getByRole('button', { name: /^errors/ }).click();
    expect(await status()).toBe('1 case, the worst first.');
  });

  test('opens with a megabyte in an answer, and says what was cut', async () => {
    const lines = [...makeRun({ seed: 1, cases: 3 })].map((line) =>
      line.kind === 'case' ? { ...line, expected: `${'word '.repeat(200_000)}end` } : line,
    );
    await showRun(lines);
    await page.locator('.case-head').first().click();
    expect(await page.getByText('The first 20,000 of 1,000,003 characters').count()).toBe(1);
  });

  test('compares two runs', async () => {
    const a = await indexRun(
      await runFile('a', makeRun({ seed: 1, cases: 200, accuracy: 0.8, id: 'run-a' })),
    );
    const b = await indexRun(
      await runFile('b', makeRun({ seed: 2, cases: 203, accuracy: 0.92, id: 'run-b' })),
    );
    const diff = compareRuns(a, b);
    await show(await htmlDiff(diff));
    await page.getByRole('heading', { level: 1, name: '1.4.0 (run-a) → 1.4.0 (run-b)' }).waitFor();
    const { counts } = diff.pairs;
    await page.getByRole('button', { name: `fixed ${counts.fixed}`, exact: true }).click();
    expect(await status()).toBe(`${counts.fixed} cases, the worst first.`);
    await page.getByRole('button', { name: 'only in B 3', exact: true }).click();
    await page.locator('.case-head').first().click();
    expect(await page.getByText('No answer was asked for.').count()).toBe(1);
    const heads = await page
      .getByRole('table', { name: 'Metrics on all cases' })
      .getByRole('columnheader')
      .allTextContents();
    expect(heads).toEqual(['Metric', 'A', 'B', 'Interval of the difference', 'Difference', 'Cases']);
  });

  test('can be read by everybody: contrast, names, order of headings, no sideways scrolling', async () => {
    const a = await runFile('a', makeRun({ seed: 1, cases: 30, repeats: 2, accuracy: 0.8 }));
    const b = await runFile('b', makeRun({ seed: 2, cases: 30, repeats: 2, accuracy: 0.7 }));
    const pages = [
      await htmlReport(await reportRun(a)),
      await htmlDiff(compareRuns(await indexRun(a), await indexRun(b))),
      await htmlReport(await reportRun(await runFile('hostile', hostileRun()))),
    ];
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [400, 'light'],
      [320, 'dark'],
    ] as const)
      for (const html of pages) {
        await openContext({ viewport: { width, height: 800 }, colorScheme });
        await show(html);
        for (const place of [0, 1]) await page.locator('.case-head').nth(place).click();
        expect(await page.evaluate(lowContrast)).toEqual([]);
        expect(await page.evaluate(withoutName)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        expect(await page.getByRole('main').count()).toBe(1);
        const levels = (await page.evaluate(
          `[...document.querySelectorAll('h1,h2,h3,h4,h5')].map((one) => Number(one.tagName[1]))`,
        )) as number[];
        expect(levels.filter((level) => level === 1)).toHaveLength(1);
        for (const [i, level] of levels.entries())
          expect(level - (levels[i - 1] ?? 0), `heading ${i}`).toBeLessThanOrEqual(1);
        expect(complaints).toEqual([]);
      }
  }, 120_000);

  test('is good XML where it is XML', async () => {
    const report = await reportRun(await runFile('hostile', hostileRun()));
    let xml = '';
    for await (const piece of await renderRun(report, 'junit')) xml += piece;
    await page.goto('about:blank');
    const read = await page.evaluate(
      `((text) => {
        const read = new DOMParser().parseFromString(text, 'application/xml');
        return [read.querySelector('parsererror')?.textContent ?? '', read.querySelectorAll('testcase').length];
      })(${JSON.stringify(xml)})`,
    );
    expect(read).toEqual(['', 3]);
    asked = [];
  });
});

/** Controls that a screen reader could not name, ids that are there twice, tables and regions without a name. */
const withoutName = `(() => {
  const nameOf = (element) =>
    element.getAttribute('aria-label') ||
    (element.getAttribute('aria-labelledby') && document.getElementById(element.getAttribute('aria-labelledby'))?.textContent) ||
    element.labels?.[0]?.textContent ||
    element.caption?.textContent ||
    (element.tagName === 'BUTTON' ? element.textContent : '');
  const unnamed = [...document.querySelectorAll('button, input, select, table, section, [role=region], [role=group], [role=search]')]
    .filter((element) => !nameOf(element)?.trim())
    .map((element) => element.outerHTML.slice(0, 80));
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
  return [...unnamed, ...twice];
})()`;

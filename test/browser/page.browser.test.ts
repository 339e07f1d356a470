import { rm } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildPage } from './build-page.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { type ControlPlane, startControlPlane, token } from './control-plane.ts';
import { lowContrast } from './low-contrast.ts';
import { lane, service, ship, until } from './story.ts';
import { openTraffic } from './traffic.ts';

const executable = chromiumPath();
const isCi = process.env.CI !== undefined && process.env.CI !== 'false';
const missing =
  'Chromium is not installed, so nothing is known about the page. Install the package `chromium`.';

/** Answers of the API that tell the page that it is not logged in; the browser reports each as an error. */
const isExpected = (text: string, url: string): boolean =>
  text.includes('401') && /\/login$|\/api\/v1\/lanes\?/.test(url);

describe('the page', () => {
  let directory: string;
  let plane: ControlPlane;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let staging: ReturnType<typeof openTraffic>;

  beforeAll(async () => {
    if (executable === null) {
      console.error(missing);
      if (isCi) throw new Error(missing);
      return;
    }
    directory = await buildPage();
    plane = await startControlPlane(directory);
    staging = openTraffic(plane.gateways, 'staging', 'boot-staging');
    await ship(plane, '1.0.0', 'staging');
    await until(plane, 'staging', ({ stable }) => stable?.releaseVersion === '1.0.0');
    await ship(plane, '1.0.9', 'staging');
    await until(plane, 'staging', ({ ended }) => ended[0]?.outcome === 'rejected');
    await ship(plane, '1.1.0', 'staging');
    await until(plane, 'staging', ({ rollout }) => rollout?.stage === 1);
    staging.send(service, 200);
    browser = await launchChromium(executable);
  });

  afterAll(async () => {
    await browser?.close();
    await plane?.stop();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  beforeEach(async (test) => {
    if (executable === null) test.skip(missing);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !isExpected(message.text(), message.location().url))
        complaints.push(message.text());
    });
    await page.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI))`,
    );
  });

  afterEach(async () => {
    await context?.close();
    if (executable !== null) expect(plane.failures).toEqual([]);
  });

  const logIn = async (hash = ''): Promise<void> => {
    await page.goto(`${plane.address}/${hash}`);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
  };

  const lanePage = `#/lanes/staging/${service}`;
  const command = (type: 'pause' | 'resume', reason: string | null) =>
    plane.engine.command(
      { service, environment: 'staging' },
      type === 'pause' ? { type, reason } : { type },
      { actor: 'admin (ann)' },
    );

  test('lets in who has the token and nobody else', async () => {
    const answer = await page.goto(plane.address);
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'");
    await page.getByLabel('Token').fill('a guess');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('not valid');
    expect(await page.getByRole('heading', { name: 'Services' }).count()).toBe(0);

    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in to Tidegate' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Log in to Tidegate' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('shows services by environment and leads to a lane by keyboard', async () => {
    await logIn();
    const table = page.getByRole('table', { name: 'Services by environment' });
    await table.waitFor();
    const heads = (await table.getByRole('columnheader').allTextContents()).map((text) => text.slice(0, 10));
    expect(heads).toEqual(['Service', 'stagingcan', 'production']);
    const cell = table.getByRole('link', { name: '1.0.0 → 1.1.0' });
    await cell.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /^1\.1\.0 gets 10 %/ }).waitFor();
    expect(page.url()).toBe(`${plane.address}/${lanePage}`);
    for (const name of [
      'Stages',
      'Tracks',
      'Guards',
      'Gates of stage 10 %',
      'Timeline',
      'Ended rollouts',
      'Replicas',
    ])
      expect(await page.getByRole('heading', { name, exact: true }).count(), name).toBe(1);
    expect(await page.locator('[aria-current=step]').textContent()).toContain('10 %');
    await page.goBack();
    await table.waitFor();
    expect(complaints).toEqual([]);
  });

  test('shows the figures that the engine decides on', async () => {
    await logIn(lanePage);
    const reading = lane(plane, 'staging').rollout?.readings.find(({ guard }) => guard === 'errors');
    const guard = page.getByRole('article', { name: 'Guard errors' });
    const rows = await guard.getByRole('row').allTextContents();
    expect(rows[2]).toBe(`candidate0 %${reading!.stage.candidate.good}00`);
    expect(await guard.textContent()).toContain(
      `About ${reading!.advance.moreRequests!.toLocaleString('en')} more requests`,
    );
    expect(await page.getByText(`tidegate abort --service ${service} --env staging`).count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('follows what happens without being loaded again', async () => {
    await logIn(lanePage);
    await page.evaluate('window.sameDocument = true');
    await page.getByText('Hold', { exact: true }).first().waitFor();
    await command('pause', 'looking at the mails');
    await page
      .getByRole('heading', { level: 1, name: /paused.*looking at the mails/ })
      .waitFor({ timeout: 3_000 });
    await page.getByText(`tidegate resume --service ${service} --env staging`).waitFor();
    await page.getByRole('row', { name: /admin \(ann\) rollout paused/ }).waitFor();
    await command('resume', null);
    await page.getByRole('heading', { level: 1, name: /^1\.1\.0 gets 10 %/ }).waitFor({ timeout: 3_000 });
    staging.send(service, 200);
    const candidate = lane(plane, 'staging').traffic.find(({ track }) => track === 'candidate');
    await page
      .getByRole('row', { name: new RegExp(`^Answered .* ${candidate!.answered}$`) })
      .waitFor({ timeout: 3_000 });
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('says when it is cut off, and catches up by itself', async () => {
    await logIn(lanePage);
    await page.evaluate('window.sameDocument = true');
    await plane.hangUp();
    await page.getByText('Reconnecting', { exact: true }).waitFor({ timeout: 10_000 });
    await page.getByRole('heading', { level: 1, name: /^1\.1\.0 gets 10 %/ }).waitFor();
    await command('pause', 'while nobody looked');
    await plane.listen();
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 15_000 });
    await page.getByRole('heading', { level: 1, name: /while nobody looked/ }).waitFor();
    await page.getByRole('row', { name: /while nobody looked/ }).waitFor();
    await command('resume', null);
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    expect(complaints.filter((text) => !text.includes('net::ERR_'))).toEqual([]);
  });

  test('keeps filters and what is unfolded in the address', async () => {
    await logIn('#/?find=spam&running=only');
    await page.getByRole('rowheader', { name: service }).waitFor();
    expect(await page.getByLabel('Only with a running rollout').isChecked()).toBe(true);
    await page.getByLabel('Find a service').fill('nothing like it');
    await page.getByText('No service matches').waitFor();
    expect(new URL(page.url()).hash).toBe('#/?find=nothing+like+it&running=only');

    const { order } = lane(plane, 'staging').ended.find(({ outcome }) => outcome === 'rejected')!;
    await page.goto(`${plane.address}/${lanePage}?rollout=${order.rollout}`);
    const row = page.getByRole('row', { name: /accuracy at least 95 %/ });
    await expect.poll(() => row.filter({ visible: true }).textContent()).toContain('Fail');
    expect(complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('can be read in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(plane.address);
    await page.getByLabel('Token').waitFor();
    expect(await page.evaluate(lowContrast)).toEqual([]);
    await logIn();
    await page.getByRole('table', { name: 'Services by environment' }).waitFor();
    expect(await page.evaluate(lowContrast)).toEqual([]);
    const { order } = lane(plane, 'staging').ended[0]!;
    await page.goto(`${plane.address}/${lanePage}?rollout=${order.rollout}`);
    await page.getByRole('article', { name: 'Guard errors' }).waitFor();
    expect(await page.evaluate(lowContrast)).toEqual([]);
  });

  test('fits a narrow screen', async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    await logIn();
    await page.getByRole('table', { name: 'Services by environment' }).waitFor();
    expect(await page.evaluate(overflow)).toBe(0);
    await page.goto(`${plane.address}/${lanePage}`);
    await page.getByRole('article', { name: 'Guard errors' }).waitFor();
    expect(await page.evaluate(overflow)).toBe(0);
  });
});

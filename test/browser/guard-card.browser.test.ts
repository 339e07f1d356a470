import { rm } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMemoryMetrics } from '../../src/adapters/memory/memory-metrics.ts';
import { buildPage } from './build-page.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { type ControlPlane, startControlPlane, token } from './control-plane.ts';
import { lowContrast } from './low-contrast.ts';
import { service, ship, until } from './story.ts';
import { openTraffic } from './traffic.ts';

const executable = chromiumPath();

describe.skipIf(executable === null)('the guards of a running rollout', () => {
  let directory: string;
  let plane: ControlPlane;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    directory = await buildPage();
    const metrics = openMemoryMetrics();
    metrics.set('refunds', 0.031);
    const metric = { source: 'prometheus', range: null, min: null, everyMs: 500 } as const;
    plane = await startControlPlane(directory, {
      metrics,
      staging: {
        metrics: [
          { ...metric, name: 'refunds', query: 'refunds', max: 0.02, polls: 10_000 },
          { ...metric, name: 'queue', query: 'sum(queue_length)', max: 10, polls: 3 },
        ],
      },
    });
    const traffic = openTraffic(plane.gateways, 'staging', 'boot-staging');
    await ship(plane, '1.0.0', 'staging');
    await until(plane, 'staging', ({ stable }) => stable?.releaseVersion === '1.0.0');
    await ship(plane, '1.1.0', 'staging');
    await until(plane, 'staging', ({ rollout }) => rollout?.stage === 1);
    for (let n = 0; n < 8; n += 1) traffic.send(service, 300, { errors: 0.03 });
    traffic.leaveOut({ leftOut: 1_204 });
    await until(plane, 'staging', ({ rollout }) =>
      (rollout?.metrics ?? []).every(({ polls }) => polls.length > 0),
    );
    browser = await launchChromium(executable!);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${plane.address}/#/lanes/staging/${service}`);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await plane?.stop();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  test('show by how much the candidate is worse, between which limits, and how near a warning is', async () => {
    const card = page.getByRole('article', { name: 'Guard errors' });
    await card.waitFor();
    const text = (await card.textContent())!;
    expect(text).toMatch(/candidate minus stable lies between .+ and .+ points, at all times at once/);
    expect(text).toMatch(
      /Toward a warning.*By what had become of them after one second, the requests give no warning/,
    );
    const line = card.locator('.difference-line');
    const box = (await line.boundingBox())!;
    const limits = (await line.locator('.difference-limits').boundingBox())!;
    const estimate = (await line.locator('.difference-estimate').boundingBox())!;
    expect(limits.x).toBeGreaterThanOrEqual(box.x - 1);
    expect(limits.x + limits.width).toBeLessThanOrEqual(box.x + box.width + 1);
    expect(estimate.x).toBeGreaterThan(limits.x - 6);
    expect(estimate.x).toBeLessThan(limits.x + limits.width);
  });

  test('say of each outside metric what is asked, what came back, and what the stage waits for', async () => {
    const table = page.getByRole('region', { name: 'Readings of outside metrics' });
    const rows = await table.getByRole('row').allTextContents();
    expect(rows[1]).toMatch(
      /refundsrefunds.*0\.031.*at most 0\.02.*waits for metric refunds to be at most 0\.02/,
    );
    expect(rows[2]).toMatch(/queuesum\(queue_length\).*no-series.*whose query finds no series/);
  });

  test('say what was not followed', async () => {
    expect(await page.locator('.left-out').textContent()).toContain(
      '1,204 requests of API keys that failed too often',
    );
  });

  test('are readable in light and in dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(lowContrast)).toEqual([]);
    }
  });
});

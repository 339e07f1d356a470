import { rm } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPage } from './build-page.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { type ControlPlane, startControlPlane, token } from './control-plane.ts';

const executable = chromiumPath();

describe.skipIf(executable === null)('the gateways on the page', () => {
  let directory: string;
  let plane: ControlPlane;
  let browser: Browser;
  beforeAll(async () => {
    directory = await buildPage();
    plane = await startControlPlane(directory);
    plane.gateways.connect('staging', 'boot-staging');
    plane.gateways.connect('production', 'boot-production');
    plane.gateways.setMeasures('boot-production', {
      families: [],
      live: {
        startedAtMs: Date.now() - 3_600_000,
        inFlight: 4,
        ratePerSecond: 12.5,
        connections: 9,
        residentBytes: 90 * 1024 * 1024,
        leaseAgeMs: null,
        addresses: [
          {
            service: 'spam',
            track: 'stable',
            release: '1.0.0@aaaaaaaaaaaa',
            address: 'http://127.0.0.1:4001',
            standing: 'ejected',
            inFlight: 0,
          },
        ],
        addressesLeftOut: 0,
      },
    });
    browser = await launchChromium(executable!);
  });
  afterAll(async () => {
    await browser?.close();
    await plane?.stop();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  test('are shown with what they do, and with the addresses that they pass over', async () => {
    const page = await browser.newPage();
    await page.goto(plane.address);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    const panel = page.getByRole('region', { name: 'Gateways' });
    await panel.getByText('production-memory').first().waitFor();
    const text = await panel.innerText();
    expect(text).toMatch(/production-memory\s+production\s+1 h\s+4\s+12\.5\s+9\s+90 MiB/);
    expect(text).toMatch(/staging-memory\s+staging\s+does not answer/);
    expect(text).toContain(
      'http://127.0.0.1:4001 (spam, stable 1.0.0@aaaaaaaaaaaa): ejected for its answers',
    );
    await page.close();
  });
});

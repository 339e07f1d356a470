import { expect, it, onTestFinished } from 'vitest';
import { startHarness } from '../../src/gateway/testing/harness.ts';
import { serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';
import { compareWays, PATIENT } from './differential.ts';
import { startEcho } from './echo-upstream.ts';

it('3,000 generated requests are answered through the gateway as they are without it', async () => {
  const harness = await startHarness();
  onTestFinished(() => harness.remove());
  const echo = await startEcho();
  onTestFinished(() => echo.close());
  await harness.push(
    tableWith(1, [serviceWith({ protocol: 'http', timeouts: PATIENT, stable: stableAt(echo.address) })]),
  );
  const ways = { direct: echo.address, gateway: harness.gateway.address, prefix: '/services/spam' };
  expect(await compareWays(3_000, 1, ways)).toMatchObject({ compared: 3_000, different: 0, differences: [] });
  expect(harness.gateway.counts()).toMatchObject({ answered: 3_000, inFlight: 0, calls: 0 });
});

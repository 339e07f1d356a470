import { expect, it, onTestFinished } from 'vitest';
import { serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';
import { compareWays, PATIENT } from './differential.ts';
import { startEcho } from './echo-upstream.ts';
import { startGatewayProcess } from './gateway-process.ts';

it('100,000 generated requests are answered through the gateway as they are without it', async () => {
  const gateway = await startGatewayProcess();
  onTestFinished(() => gateway.remove());
  const echo = await startEcho();
  onTestFinished(() => echo.close());
  await gateway.push(
    tableWith(1, [serviceWith({ protocol: 'http', timeouts: PATIENT, stable: stableAt(echo.address) })]),
  );
  const ways = { direct: echo.address, gateway: gateway.address, prefix: '/services/spam' };
  const compared = await compareWays(100_000, 2, ways);
  expect(compared).toMatchObject({ compared: 100_000, different: 0, differences: [] });
  console.log(`${compared.compared} requests, ${Math.round(compared.bodyBytes / 1e6)} MB of bodies each way`);
  await gateway.kill('SIGTERM');
  const ended = (await gateway.log()).find(({ msg }) => msg === 'the gateway has ended');
  expect(ended).toMatchObject({ answered: 100_000, written: 100_000, dropped: 0 });
}, 1_800_000);

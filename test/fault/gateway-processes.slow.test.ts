import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../src/gateway/testing/harness.ts';
import { serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';
import { startUpstream, type TestUpstream } from '../../src/gateway/testing/upstream.ts';
import {
  type GatewayProcess,
  type GatewayProcessOptions,
  startGatewayProcess,
} from '../attack/gateway-process.ts';

describe('a gateway process to which something happens', () => {
  let upstream: TestUpstream;
  const gateways: GatewayProcess[] = [];
  const start = async (options: GatewayProcessOptions = {}): Promise<GatewayProcess> => {
    const gateway = await startGatewayProcess(options);
    gateways.push(gateway);
    return gateway;
  };
  beforeEach(async () => {
    upstream = await startUpstream('from stable');
  });
  afterEach(async () => {
    for (const gateway of gateways) await gateway.kill('SIGKILL');
    for (const gateway of gateways.splice(0)) await gateway.remove();
    await upstream.close();
  });
  const table = (seq: number, service = 'spam') =>
    tableWith(seq, [serviceWith({ service, protocol: 'http', stable: stableAt(upstream.address) })]);
  const ask = async ({ address }: GatewayProcess, service = 'spam') => {
    const answer = await fetch(`${address}/services/${service}/x`);
    return {
      status: answer.status,
      body: await answer.text(),
      invocation: answer.headers.get('tidegate-invocation'),
    };
  };
  const said = async (gateway: GatewayProcess, message: string) =>
    (await gateway.log()).filter(({ msg }) => msg === message);

  it('all processes are killed under load: they serve the same routes again, with no control plane', async () => {
    const both = await Promise.all(['edge-0', 'edge-1'].map((name) => start({ config: { name } })));
    for (const gateway of both) await gateway.push(table(7));
    let isKilled = false;
    const outcomes: string[] = [];
    const load = both.map(async (gateway) => {
      while (!isKilled)
        outcomes.push(
          await ask(gateway).then(
            ({ body }) => body,
            () => 'broken',
          ),
        );
    });
    await until(() => outcomes.length > 200);
    for (const gateway of both) await gateway.loseControlPlane();
    await Promise.all(both.map((gateway) => gateway.kill('SIGKILL')));
    isKilled = true;
    await Promise.all(load);
    expect(new Set(outcomes.slice(0, 200))).toEqual(new Set(['from stable']));

    for (const [at, { directory }] of both.entries()) {
      const again = await start({ directory, isAlone: true, config: { name: `edge-${at}` } });
      expect(await ask(again)).toMatchObject({ status: 200, body: 'from stable' });
      expect((await said(again, 'routes are in force')).at(-1)).toMatchObject({
        generation: { epoch: 1, seq: 7, cut: 0 },
        isFromDisk: true,
      });
    }
  });

  it.each([
    ['cut in half', (file: string) => truncate(file, 200)],
    ['empty', (file: string) => truncate(file, 0)],
    [
      'changed in one byte',
      async (file: string) => {
        const bytes = await readFile(file);
        bytes[bytes.length - 10]! ^= 1;
        await writeFile(file, bytes);
      },
    ],
    [
      'made of zeros, as after a power cut',
      async (file: string) => writeFile(file, Buffer.alloc((await readFile(file)).length)),
    ],
  ])('its route file is %s: the one before is used, and it says so', async (_, damage) => {
    const first = await start();
    await first.push(table(1, 'old'));
    await first.push(table(2, 'new'));
    await first.loseControlPlane();
    await first.kill('SIGKILL');
    const file = path.join(first.directory, 'state', 'routes', 'edge.routes');
    await damage(file);
    const again = await start({ directory: first.directory, isAlone: true });
    expect((await ask(again, 'old')).status).toBe(200);
    expect((await ask(again, 'new')).status).toBe(404);
    expect(await said(again, 'a stored route table is damaged and not used')).toMatchObject([
      { level: 50, file },
    ]);
  });

  it('both route files are damaged: it says so twice, answers 503, and takes what the control plane sends', async () => {
    const first = await start();
    await first.push(table(1));
    await first.push(table(2));
    await first.loseControlPlane();
    await first.kill('SIGKILL');
    for (const name of ['edge.routes', 'edge.routes.previous'])
      await writeFile(path.join(first.directory, 'state', 'routes', name), 'half a li');
    const again = await start({ directory: first.directory });
    await until(async () => (await said(again, 'a stored route table is damaged and not used')).length === 2);
    expect((await ask(again)).status).toBe(503);
    await again.push(table(3));
    expect((await ask(again)).status).toBe(200);
  });
});

import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../src/gateway/testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';
import { startUpstream, type TestUpstream } from '../../src/gateway/testing/upstream.ts';
import {
  type GatewayProcess,
  type GatewayProcessOptions,
  startGatewayProcess,
} from '../attack/gateway-process.ts';
import { isMissing } from '../e2e/harness/is-missing.ts';
import { canMount, mountSmallDisk } from '../e2e/harness/small-disk.ts';

describe('a gateway process whose surroundings fail', () => {
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

  it('its log directory is taken away under load: every request is answered, and each is written or counted', async () => {
    const gateway = await start();
    await gateway.push(table(1));
    for (let n = 0; n < 300; n += 1) {
      if (n === 100) await rm(path.join(gateway.directory, 'logs'), { recursive: true });
      // Something else stands in its place for a while.
      if (n === 150) {
        await rm(path.join(gateway.directory, 'logs'), { recursive: true, force: true });
        await writeFile(path.join(gateway.directory, 'logs'), 'in the way');
      }
      if (n === 250) await rm(path.join(gateway.directory, 'logs'));
      expect((await ask(gateway)).status).toBe(200);
      if (n % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await gateway.kill('SIGTERM');
    const [ended] = await said(gateway, 'the gateway has ended');
    const { answered, written, dropped } = ended as { answered: number; written: number; dropped: number };
    expect([answered, written + dropped]).toEqual([300, 300]);
    expect(dropped).toBeGreaterThan(0);
    expect(dropped).toBeLessThanOrEqual(100);
    expect((await said(gateway, 'the invocation log cannot be written')).length).toBeGreaterThan(0);
    // What was written after the directory came back is there.
    expect((await gateway.invocations()).length).toBeGreaterThanOrEqual(50);
  });

  it.skipIf(isMissing(canMount(), 'a full disk under a gateway, for want of the right to mount'))(
    'its disk is full: requests are served and counted, nothing is exposed further, and what is taken away is gone at once',
    async () => {
      const disk = mountSmallDisk(mkdtempSync(path.join(tmpdir(), 'tidegate-full-')), '4m');
      const candidate = await startUpstream('from candidate');
      const both = (seq: number, share: number) =>
        tableWith(seq, [
          serviceWith({
            protocol: 'http',
            stable: stableAt(upstream.address),
            candidate: candidateAt([candidate.address], { share, rollout: 'r' }),
          }),
        ]);
      const gateway = await start({ directory: disk.path });
      await gateway.push(both(1, 0.5));
      disk.fill();
      for (let n = 0; n < 200; n += 1) expect((await ask(gateway)).status).toBe(200);
      // More of the candidate is not in force before it is on disk.
      gateway.link!.push(both(2, 1));
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const seen = new Set<string>();
      for (let n = 0; n < 60; n += 1) seen.add((await ask(gateway)).body);
      expect(seen.size).toBe(2);
      // Less of it is, disk or not.
      gateway.link!.push(both(3, 0));
      await until(async () => (await ask(gateway)).body === 'from stable');
      for (let n = 0; n < 60; n += 1) expect((await ask(gateway)).body).toBe('from stable');
      disk.free();
      await gateway.push(both(4, 1));
      expect((await ask(gateway)).body).toBe('from candidate');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await gateway.kill('SIGTERM');
      const ended = (await said(gateway, 'the gateway has ended'))[0] as Record<string, number>;
      expect(ended.written! + ended.dropped!).toBe(ended.answered!);
      expect(ended.dropped!).toBeGreaterThan(100);
      await gateway.remove().catch(() => {});
      disk.unmount();
      rmdirSync(disk.path);
      await candidate.close();
    },
  );

  it('its clock jumps by days, both ways: requests, ids, leases and time-outs go by the steady one', async () => {
    const clock = path.join(upstream.address.replace(/\W/g, '-'));
    const directory = (await start()).directory;
    const file = path.join(directory, `${clock}.mjs`);
    await writeFile(
      file,
      `const real = Date.now; const OldDate = Date; let offset = 0;
       setInterval(() => { offset = (Math.random() - 0.5) * 20 * 86_400_000; }, 10).unref();
       globalThis.Date = class extends OldDate {
         constructor(...args) { super(...(args.length === 0 ? [real() + offset] : args)); }
         static now() { return real() + offset; }
       };`,
    );
    const gateway = await start({ config: { name: 'jumping' }, nodeArguments: ['--import', file] });
    const slow = await startUpstream((req, res) => {
      if (req.url === '/silent') return;
      res.end('from stable');
    });
    await gateway.push(
      tableWith(1, [
        serviceWith({
          protocol: 'http',
          timeouts: { connectMs: 5_000, firstByteMs: 5_000, totalMs: 20_000, idleMs: 5_000 },
          stable: stableAt(slow.address),
          candidate: candidateAt([slow.address], { share: 0.5, leaseMs: 60_000 }),
        }),
      ]),
    );
    const ids = new Set<string | null>();
    for (let n = 0; n < 400; n += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(gateway)));
      for (const { status, invocation } of answers) {
        expect(status).toBe(200);
        ids.add(invocation);
      }
    }
    expect(ids.size).toBe(400);
    const startedAtMs = performance.now();
    expect((await fetch(`${gateway.address}/services/spam/silent`)).status).toBe(504);
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
    await gateway.kill('SIGTERM');
    const [ended] = await said(gateway, 'the gateway has ended');
    expect(ended).toMatchObject({ answered: 401, written: 401, dropped: 0 });
    await slow.close();
  });
});

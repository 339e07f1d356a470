import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness, until } from '../../src/gateway/testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';
import { startUpstream } from '../../src/gateway/testing/upstream.ts';
import type { Resolve } from '../../src/gateway/upstreams/guarded-lookup.ts';
import { upstreamConnector } from '../../src/gateway/upstreams/upstream-connector.ts';
import { speak, statusesIn } from './raw-client.ts';
import { startRawUpstream } from './raw-upstream.ts';

const METADATA = [
  'http://169.254.169.254',
  'http://169.254.170.2/v2/credentials',
  'http://2852039166',
  'http://0xa9fea9fe',
  'http://0251.0376.0251.0376',
  'http://169.254.43518',
  'http://[fe80::1]',
  'http://[::ffff:169.254.169.254]',
  'http://[::169.254.169.254]',
  'http://[64:ff9b::a9fe:a9fe]',
  'http://[2002:a9fe:a9fe::1]',
  'http://[fd00:ec2::254]',
  'http://100.100.100.200',
  'https://168.63.129.16',
  'http://metadata.google.internal',
];

describe('where a request can be made to go', () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness();
  });
  afterEach(() => harness.remove());

  it('is only where the routes say, whatever host or URL the client names', async () => {
    const [named, elsewhere] = [await startRawUpstream(), await startRawUpstream()];
    await harness.push(tableWith(1, [serviceWith({ protocol: 'http', stable: stableAt(named.address) })]));
    const other = new URL(elsewhere.address).host;
    for (const head of [
      `GET http://${other}/services/spam/x HTTP/1.1\r\nhost: ${other}\r\n`,
      `GET /services/spam/http://${other}/x HTTP/1.1\r\nhost: ${other}\r\n`,
      `GET /services/spam//${other}/x HTTP/1.1\r\nhost: ${other}\r\nx-forwarded-host: ${other}\r\n`,
      `GET /services/spam/x?url=http://${other}/ HTTP/1.1\r\nhost: ${other}\r\nforwarded: host=${other}\r\n`,
      `GET /services/spam/@${other}/ HTTP/1.1\r\nhost: ${other}\r\nx-original-url: http://${other}/\r\n`,
    ]) {
      const heard = await speak(harness.gateway.address, `${head}connection: close\r\n\r\n`, {
        forMs: 3_000,
      });
      expect(statusesIn(heard)).toEqual([200]);
    }
    expect(elsewhere.connections).toEqual([]);
    expect(
      named
        .received()
        .match(/\r\nhost: .*\r\n/g)!
        .every((line) => line.includes(new URL(named.address).host)),
    ).toBe(true);
    await Promise.all([named.close(), elsewhere.close()]);
  });

  it('is never where machines keep their credentials, however a route writes the address', async () => {
    const startedAtMs = performance.now();
    for (const [at, address] of METADATA.entries()) {
      await harness.push(tableWith(at + 1, [serviceWith({ protocol: 'http', stable: stableAt(address) })]));
      const answer = await harness.ask('/services/spam/latest/meta-data/');
      expect([address, answer.status, answer.body.includes('takes no connections')]).toEqual([
        address,
        502,
        true,
      ]);
    }
    // Not one of them waited for a connection.
    expect(performance.now() - startedAtMs).toBeLessThan(METADATA.length * 400);
  });

  it('counts against a release whose address that is, and stable answers', async () => {
    const stable = await startUpstream('from stable');
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(stable.address),
          candidate: candidateAt(['http://169.254.169.254'], { share: 1 }),
        }),
      ]),
    );
    expect((await harness.ask('/v2/models/spam/infer')).body).toBe('from stable');
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.bad === 1);
    await stable.close();
  });
});

describe('the connections to upstreams', () => {
  const connect = (resolve: Resolve, hostname: string, port: number, allowed: readonly string[] = []) =>
    new Promise<string>((settle) => {
      upstreamConnector(500, new Set(allowed), { resolve })(
        { hostname, protocol: 'http:', port: String(port) },
        (error, socket) => {
          socket?.destroy();
          settle(error === null ? 'connected' : ((error as NodeJS.ErrnoException).code ?? error.message));
        },
      );
    });

  it('take of a name only the addresses that are not refused', async () => {
    const server = await startRawUpstream();
    const port = Number(new URL(server.address).port);
    const leadsTo =
      (...addresses: string[]): Resolve =>
      (_, __, done) =>
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
    expect(await connect(leadsTo('127.0.0.1'), 'good.test', port)).toBe('connected');
    expect(await connect(leadsTo('169.254.169.254', '127.0.0.1'), 'both.test', port)).toBe('connected');
    for (const bad of ['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', '100.100.100.200'])
      expect(await connect(leadsTo(bad), 'bad.test', port)).toBe('REFUSED_ADDRESS');
    await server.close();
  });

  it('go to such an address where an operator allows it', async () => {
    const never: Resolve = (_, __, done) => done(null, []);
    expect(await connect(never, '169.254.7.7', 1)).toBe('REFUSED_ADDRESS');
    // Nobody is there, but it was tried.
    expect(await connect(never, '169.254.7.7', 1, ['169.254.7.7'])).not.toBe('REFUSED_ADDRESS');
  });
});

import { type AddressInfo, connect as connectPlain, createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Authority, openAuthority } from '../../src/gateway/testing/certificates.ts';
import { pause } from '../../src/gateway/testing/harness.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';

const UNFINISHED = 10_000;
let authority: Authority;
let gateway: GatewayProcess;
let sockets: Socket[] = [];
beforeAll(async () => {
  authority = await openAuthority();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await gateway.remove();
});
afterAll(() => authority.remove());

/** The first flight of a client, caught on a server that never answers. */
const hello = (): Promise<Buffer> =>
  new Promise((resolve) => {
    const catcher = createServer((caught) => {
      caught.once('data', (chunk: Buffer) => {
        client.destroy();
        catcher.close();
        resolve(chunk);
      });
    });
    let client: Socket;
    catcher.listen(0, '127.0.0.1', () => {
      client = connect({ host: '127.0.0.1', port: (catcher.address() as AddressInfo).port });
      client.on('error', () => {});
    });
  });

it.each([
  ['say nothing', async () => Buffer.alloc(0)],
  ['say one byte', async () => Buffer.from([0x16])],
  ['begin a handshake in earnest and stop', hello],
])(
  `${UNFINISHED} clients that %s hold little memory and keep nobody out`,
  async (what, words) => {
    gateway = await startGatewayProcess({ config: { tls: [await authority.files('edge')] } });
    const port = Number(new URL(gateway.address).port);
    const shake = (): Promise<number> => {
      const startedAtMs = performance.now();
      return new Promise((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port, ca: authority.pem }, () => {
          socket.destroy();
          resolve(performance.now() - startedAtMs);
        }).on('error', reject);
      });
    };
    for (let n = 0; n < 50; n += 1) await shake();
    const said = await words();
    const before = await gateway.residentMb();
    for (let n = 0; n < UNFINISHED; n += 250) {
      const fresh = Array.from({ length: 250 }, () => connectPlain(port, '127.0.0.1'));
      sockets.push(...fresh);
      await Promise.all(
        fresh.map(
          (socket) =>
            new Promise<void>((resolve) => {
              socket.on('error', () => resolve()).resume();
              socket.on('connect', () => {
                if (said.length > 0) socket.write(said);
                resolve();
              });
            }),
        ),
      );
    }
    await pause(500);
    const held = await gateway.residentMb();
    const descriptors = await gateway.descriptors();
    const shookMs = await shake();
    console.log(
      `${UNFINISHED} clients that ${what}: ${before} MB before, ${held} MB with them, ${descriptors} descriptors; a handshake takes ${Math.round(shookMs)} ms`,
    );
    expect(held - before).toBeLessThan(150);
    expect(descriptors).toBeLessThan(1_200);
    // Without a pace it is the time that all handshakes take: 10 s of a processor and more.
    expect(shookMs).toBeLessThan(8_000);
  },
  60_000,
);

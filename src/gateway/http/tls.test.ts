import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Agent, request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isTidegateError } from '../../errors.ts';
import { type Authority, openAuthority } from '../testing/certificates.ts';
import { type Harness, pause, startHarness, until } from '../testing/harness.ts';
import { serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';
import type { TlsFiles } from './tls-pair.ts';

const DAY_MS = 86_400_000;
let authority: Authority;
let stable: TestUpstream;
beforeAll(async () => {
  authority = await openAuthority();
  stable = await startUpstream('from stable');
});
afterAll(async () => {
  await stable.close();
  authority.remove();
});

describe('a gateway with certificates', () => {
  let harness: Harness;
  let edge: TlsFiles;
  let shop: TlsFiles;
  const sockets: TLSSocket[] = [];
  const table = tableWith(1, []);
  beforeEach(async () => {
    edge = await authority.files('edge');
    shop = await authority.files('shop', { names: ['shop.example.com', '*.shop.example.com'], ips: [] });
    harness = await startHarness({
      tls: [edge, shop],
      settings: {
        certificatesEveryMs: 60_000,
        http: { handshakeTimeoutMs: 400, handshakesAtMost: 20, checkEveryMs: 50 },
      },
    });
    await harness.push({
      ...table,
      services: { spam: serviceWith({ protocol: 'http', stable: stableAt(stable.address) }) },
    });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await harness.remove();
  });
  const port = (): number => Number(new URL(harness.gateway.address).port);
  const dial = (options: object = {}): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: port(), ca: authority.pem, ...options }, () =>
        resolve(socket),
      );
      sockets.push(socket);
      socket.on('error', reject);
    });
  const ask = (agent?: Agent): Promise<number> =>
    new Promise((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port: port(),
          path: '/services/spam/x',
          ca: authority.pem,
          agent: agent ?? false,
        },
        (res) => {
          res.resume().on('end', () => resolve(res.statusCode ?? 0));
        },
      )
        .on('error', reject)
        .end();
    });
  const shown = async (options: object = {}): Promise<string> => {
    const socket = await dial(options);
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const says = async (socket: TLSSocket): Promise<string> => {
    socket.write('GET /services/spam/x HTTP/1.1\r\nhost: a\r\n\r\n');
    return new Promise((resolve) => socket.once('data', (chunk) => resolve(chunk.toString().slice(0, 12))));
  };

  it('serves over HTTPS, to clients that check, without telling them to come by HTTPS for ever', async () => {
    expect(harness.gateway.address).toMatch(/^https:/);
    expect(await ask()).toBe(200);
    const { headers } = await harness.ask('/services/spam/x');
    expect(headers['strict-transport-security']).toBeUndefined();
    const socket = await dial({ ALPNProtocols: ['h2', 'http/1.1'] });
    expect([socket.alpnProtocol, socket.getProtocol()]).toEqual(['http/1.1', 'TLSv1.3']);
  });

  it('speaks no TLS before 1.2, and no suite without forward secrecy and authenticated encryption', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(dial(old)).rejects.toThrow();
    for (const ciphers of ['AES128-SHA', 'ECDHE-ECDSA-AES128-SHA', 'AES128-GCM-SHA256'])
      await expect(dial({ maxVersion: 'TLSv1.2', ciphers })).rejects.toThrow();
    const socket = await dial({ maxVersion: 'TLSv1.2' });
    expect(socket.getCipher().name).toMatch(/^ECDHE-.*(GCM|POLY1305)/);
  });

  it('does not renegotiate', async () => {
    const socket = await dial({ maxVersion: 'TLSv1.2' });
    const outcome = await new Promise<string>((resolve) => {
      socket.on('error', () => resolve('refused'));
      socket.on('close', () => resolve('refused'));
      socket.renegotiate({}, (error) => resolve(error === null ? 'renegotiated' : 'refused'));
      setTimeout(() => resolve('ignored'), 1_000);
    });
    expect(outcome).not.toBe('renegotiated');
  });

  it('shows the certificate that is for the name, and the first where none is', async () => {
    const first = await shown({ servername: 'localhost' });
    const other = await shown({ servername: 'a.shop.example.com' });
    expect(other).not.toBe(first);
    expect(await shown({ servername: 'shop.example.com' })).toBe(other);
    expect(await shown({ servername: 'nobody.example.com', rejectUnauthorized: false })).toBe(first);
    expect(await shown()).toBe(first);
  });

  it('tells plain HTTP its mistake in one answer, and hangs up on anything else', async () => {
    const say = (bytes: string | Buffer): Promise<string> =>
      new Promise((resolve) => {
        let heard = '';
        const socket = connectPlain(port(), '127.0.0.1', () => socket.write(bytes));
        socket.on('data', (chunk) => {
          heard += chunk.toString();
        });
        socket.on('error', () => {});
        socket.on('close', () => resolve(heard));
      });
    const heard = await say('GET /services/spam/x HTTP/1.1\r\nhost: a\r\n\r\n');
    expect(heard).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nconnection: close\r\n/);
    expect(heard).toContain('https://');
    expect(heard.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(await say(Buffer.from([0, 1, 2, 3]))).toBe('');
    await say(Buffer.from([0x16, 3, 1, 0, 5, 9, 9, 9, 9, 9]));
    expect(await ask()).toBe(200);
    expect(harness.complaints).toEqual([]);
  });

  it('lets unfinished handshakes go after a while, and those that waited longest when there are too many', async () => {
    const open = (said: string | Buffer) => {
      const socket = connectPlain(port(), '127.0.0.1', () => socket.write(said));
      socket.on('error', () => {}).resume();
      return socket;
    };
    const begun = Buffer.from([0x16, 3, 1, 2, 0, 1]);
    const waiting = Array.from({ length: 40 }, (_, n) => open(n % 2 === 0 ? begun : ''));
    await until(() => waiting.filter(({ closed }) => closed).length >= 20);
    // Full of them, and whoever is quick still gets in.
    expect(await ask()).toBe(200);
    const begunAtMs = performance.now();
    await until(() => waiting.every(({ closed }) => closed));
    expect(performance.now() - begunAtMs).toBeLessThan(3_000);
    expect(await ask()).toBe(200);
  });

  it('ends at once when it is told to, whoever is in a handshake', async () => {
    const socket = connectPlain(port(), '127.0.0.1');
    socket.on('error', () => {}).resume();
    await new Promise((resolve) => socket.once('connect', resolve));
    await pause(20);
    const startedAtMs = performance.now();
    await harness.gateway.drain(5_000);
    expect(performance.now() - startedAtMs).toBeLessThan(300);
  });

  it('shows a new certificate to new connections and leaves open ones alone', async () => {
    const kept = await dial();
    expect(await says(kept)).toBe('HTTP/1.1 200');
    const before = await shown();
    const beforeShop = await shown({ servername: 'shop.example.com' });
    await authority.files('edge');
    await authority.files('shop', { names: ['shop.example.com'], ips: [] });
    await harness.gateway.reload();
    expect(await shown()).not.toBe(before);
    expect(await shown({ servername: 'localhost' })).not.toBe(before);
    expect(await shown({ servername: 'shop.example.com' })).not.toBe(beforeShop);
    expect(await says(kept)).toBe('HTTP/1.1 200');
    expect(harness.complaints).toEqual([]);
  });

  it.each([
    [
      'the key of another certificate',
      () => authority.issue().then(({ key }) => writeFileSync(edge.key, key)),
      'does not belong to the certificate',
    ],
    [
      'half a file',
      async () => writeFileSync(edge.certificate, readFileSync(edge.certificate).subarray(0, 200)),
      'holds no certificate',
    ],
    [
      'a second certificate that is cut off',
      async () => {
        const { certificate, key } = await authority.issue();
        writeFileSync(edge.key, key);
        writeFileSync(edge.certificate, `${certificate}${certificate.slice(0, 300)}`);
      },
      'cannot be used',
    ],
    ['no file', async () => rmSync(edge.certificate), 'There is no certificate file'],
    [
      'a key under a passphrase',
      async () =>
        writeFileSync(
          edge.key,
          '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGj\n-----END ENCRYPTED PRIVATE KEY-----\n',
        ),
      'passphrase',
    ],
    [
      'one that has expired',
      () => authority.files('edge', { fromMs: -3 * DAY_MS, toMs: -DAY_MS }),
      'expired on',
    ],
    ['one that is not valid yet', () => authority.files('edge', { fromMs: DAY_MS }), 'is not valid before'],
  ])('keeps the certificate it has when it finds %s, and says so once', async (_, damage, words) => {
    const before = await shown();
    await damage();
    await harness.gateway.reload();
    await harness.gateway.reload();
    expect(await shown()).toBe(before);
    expect(harness.complaints.map(({ about }) => String((about as { problem?: string }).problem))).toEqual([
      expect.stringContaining(words),
    ]);
    await until(() => JSON.stringify(harness.link.list()).includes(words));
    await authority.files('edge');
    await harness.gateway.reload();
    expect(await shown()).not.toBe(before);
    await until(() => harness.link.list()[0]!.certificates!.every(({ problem }) => problem === null));
  });

  it('tells the control plane what it shows', async () => {
    await until(() => harness.link.list()[0]?.certificates !== undefined);
    const [one, two] = harness.link.list()[0]!.certificates!;
    expect(one).toMatchObject({ file: edge.certificate, names: ['localhost', '127.0.0.1'], problem: null });
    expect(two!.names).toEqual(['shop.example.com', '*.shop.example.com']);
    expect((one!.notAfterMs - Date.now()) / DAY_MS).toBeCloseTo(30, 1);
  });

  it('never says a key', async () => {
    chmodSync(edge.key, 0o644);
    await harness.gateway.reload();
    writeFileSync(edge.key, `${readFileSync(edge.key, 'utf8').slice(0, 120)}\n`);
    await harness.gateway.reload();
    const heard = JSON.stringify([harness.complaints, harness.link.list()]);
    const secret = readFileSync(edge.key, 'utf8').split('\n')[1]!;
    expect(secret.length).toBeGreaterThan(50);
    expect(heard).toContain('holds no private key');
    expect(heard).not.toContain(secret.slice(0, 20));
  });
});

describe('certificates that are watched', () => {
  it('are taken soon after their files have changed, and half a change is not complained about', async () => {
    const files = await authority.files('watched');
    const harness = await startHarness({ tls: [files], settings: { certificatesEveryMs: 100 } });
    const shown = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(
          { host: '127.0.0.1', port: Number(new URL(harness.gateway.address).port), ca: authority.pem },
          () => {
            resolve(socket.getPeerCertificate().fingerprint256);
            socket.destroy();
          },
        ).on('error', reject);
      });
    try {
      const before = await shown();
      const next = await authority.issue();
      writeFileSync(files.key, next.key);
      await pause(50);
      writeFileSync(files.certificate, next.certificate);
      await until(async () => (await shown()) !== before);
      expect(harness.complaints).toEqual([]);
      writeFileSync(files.key, 'nothing');
      await until(() => harness.complaints.length > 0);
      await pause(400);
      expect(harness.complaints).toHaveLength(1);
    } finally {
      await harness.remove();
    }
  });
});

describe('a gateway that starts', () => {
  const start = async (files: TlsFiles): Promise<Harness> => startHarness({ tls: [files] });

  it('without a usable certificate does not, and says why', async () => {
    const files = await authority.files('start');
    rmSync(files.key);
    await expect(start(files)).rejects.toSatisfy(
      (error) =>
        isTidegateError(error, 'certificate-unusable') && error.message.startsWith('There is no key file'),
    );
  });

  it('with one that has expired serves, and says so, and that others can read the key', async () => {
    const files = await authority.files('late', { fromMs: -3 * DAY_MS, toMs: -DAY_MS });
    chmodSync(files.key, 0o644);
    const harness = await start(files);
    const said = harness.complaints.map(({ message }) => message).join(' ');
    expect(said).toContain('expired on');
    expect(said).toContain('(mode 0644)');
    await harness.remove();
  });

  it('with one that ends soon says for how long it lasts', async () => {
    const harness = await start(await authority.files('soon', { toMs: 5.5 * DAY_MS }));
    expect(harness.complaints.map(({ message }) => message).join()).toContain('ends in 5 days');
    await harness.remove();
  });
});

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { down } from '../../src/down.ts';
import { type Authority, openAuthority } from '../../src/gateway/testing/certificates.ts';
import { freePorts } from './harness/free-ports.ts';
import { until } from './harness/until.ts';

const DAY_MS = 86_400_000;
const tool = fileURLToPath(new URL('../../bin/tidegate.js', import.meta.url));

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('a server with certificates, from the command line', () => {
  let authority: Authority;
  let directory: string;
  let ports: number[];
  beforeAll(async () => {
    authority = await openAuthority();
  });
  afterAll(() => authority.remove());
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidegate-tls-'));
    ports = await freePorts(2);
  });
  afterEach(async () => {
    await down({ directory, say: () => {} }).catch(() => {});
    rmSync(directory, { recursive: true, force: true });
  });
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME };
  const run = (argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Said> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        [tool, ...argv],
        { cwd: directory, env: { ...environment, ...env } },
        (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
      );
    });
  const write = (control: object, gateway: object): void =>
    writeFileSync(
      join(directory, 'tidegate.server.yaml'),
      stringify({
        control: { listen: `127.0.0.1:${ports[0]}`, tls: control },
        environments: [{ name: 'production', gateway: `127.0.0.1:${ports[1]}`, tls: gateway }],
      }),
    );
  const up = async (): Promise<string> => {
    let said = '';
    const child = spawn(process.execPath, [tool, 'up'], { cwd: directory, env: environment });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    await until(
      'it is ready',
      () => {
        if (child.exitCode !== null) throw new Error(said);
        return said.includes('Ctrl-C stops');
      },
      { withinMs: 60_000 },
    );
    return said;
  };

  it('prints https addresses, is believed by those who trust its authority alone, and tells what its certificates are', async () => {
    write(await authority.files('control'), [
      await authority.files('edge', { toMs: 3.5 * DAY_MS }),
      await authority.files('shop', { names: ['shop.example.com'], ips: [] }),
    ]);
    const said = await up();
    expect(said).toContain(`control      https://127.0.0.1:${ports[0]}`);
    expect(said).toContain(`gateway      https://127.0.0.1:${ports[1]}  (production)`);

    const stranger = await run(['status']);
    expect(stranger.code).toBe(4);
    expect(stranger.err).toContain(
      `The certificate of https://127.0.0.1:${ports[0]} is not accepted: nothing here trusts the authority that issued it.`,
    );
    expect(stranger.err).toContain('--ca');
    expect((await run(['status', '--ca', authority.file])).code).toBe(0);
    const wrongName = await run(['status', '--ca', authority.file, '--token-file', '.tidegate/admin-token'], {
      TIDEGATE_SERVER: `https://[::ffff:127.0.0.1]:${ports[0]}`,
    });
    expect(wrongName.err).toContain('it is for another name');
    expect((await run(['status', '--ca', join(directory, 'tidegate.server.yaml')])).err).toContain(
      'holds no certificate to trust',
    );

    const doctor = await run(['doctor'], { TIDEGATE_CA: authority.file });
    expect(doctor.out).toMatch(
      /! warning certificate {2}production: localhost and 1 more, 3 days left, until \d{4}-/,
    );
    expect(doctor.out).toMatch(/✔ good {4}certificate {2}control plane: localhost and 1 more, 29 days left/);
    expect(doctor.out).toMatch(/✔ good {4}certificate {2}production: shop.example.com, 29 days left/);

    await authority.files('edge', { toMs: 60.5 * DAY_MS });
    await authority.files('control', { toMs: 70.5 * DAY_MS });
    expect((await run(['reload', '--ca', authority.file])).code).toBe(0);
    await until(
      'both are in use',
      async () => {
        const { out } = await run(['doctor'], { TIDEGATE_CA: authority.file });
        return out.includes('60 days left') && out.includes('70 days left');
      },
      { withinMs: 60_000 },
    );
  }, 240_000);

  it.each([
    [
      'file missing',
      async () => ({ certificate: 'absent.pem', key: 'absent-key.pem' }),
      'there is no file "absent.pem"',
    ],
    [
      'key does not match',
      async () => ({
        certificate: (await authority.files('one')).certificate,
        key: (await authority.files('two')).key,
      }),
      'does not belong to the certificate in',
    ],
  ])(
    'does not start with a %s, and says so in plain words',
    async (_, pair, words) => {
      write(await authority.files('control'), await pair());
      const { code, err } = await run(['up']);
      expect(code).toBe(2);
      expect(err).toContain(words);
      expect(err).not.toContain('PRIVATE KEY');
    },
    120_000,
  );

  it('notes on its way up what clients will mind', async () => {
    write(
      await authority.files('control'),
      await authority.files('old', { fromMs: -9 * DAY_MS, toMs: -DAY_MS }),
    );
    expect(await up()).toMatch(/note {9}The certificate in .*old\.pem expired on \d{4}-/);
  }, 120_000);
});

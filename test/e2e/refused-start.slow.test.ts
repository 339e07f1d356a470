import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { down } from '../../src/down.ts';
import { freePorts } from './harness/free-ports.ts';
import { isMissing } from './harness/is-missing.ts';
import { canMount, mountSmallDisk } from './harness/small-disk.ts';
import { openTidegate } from './harness/tidegate.ts';

const program = fileURLToPath(new URL('../../bin/tidegate.js', import.meta.url));
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** `tidegate up`, which is expected to end by itself. */
const up = (directory: string, uid?: number): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, 'up'], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
      env: { PATH: process.env.PATH, NO_COLOR: '1', HOME: directory },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk));
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(late);
      resolve({ code, said });
    });
  });

const listenOn = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });

/** One sentence of what is wrong, one of what to do; no stack, nothing else. */
const expectOneSentence = ({ code, said }: Ended, what: RegExp): void => {
  expect(said).toMatch(what);
  expect(code, said).toBe(1);
  const lines = said.trim().split('\n');
  expect(lines.length, said).toBeLessThanOrEqual(2);
  expect(said).not.toMatch(/\bat .*:\d+:\d+|Error:/);
};

describe('up says in a sentence why it cannot', () => {
  let directory: string;
  let ports: number[];
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidegate-refused-'));
    ports = await freePorts(2);
    writeFileSync(
      join(directory, 'tidegate.server.yaml'),
      stringify({
        control: { listen: `127.0.0.1:${ports[0]}` },
        environments: [{ name: 'production', gateway: `127.0.0.1:${ports[1]}` }],
      }),
    );
  });
  afterEach(async () => {
    if (existsSync(join(directory, '.tidegate'))) await down({ directory, say: () => {} });
    rmSync(directory, { recursive: true, force: true });
  });

  it('when one runs on the directory already', async () => {
    const tidegate = await openTidegate();
    try {
      expectOneSentence(await up(tidegate.directory), /Another control plane works on/);
      expect(await tidegate.client.info()).toMatchObject({ pid: tidegate.pid() });
    } finally {
      await tidegate.dispose();
    }
  });

  it.each([
    ['the control plane', 0],
    ['a gateway', 1],
  ])('when another program has the port of %s, and leaves nothing running', async (_, which) => {
    const server = await listenOn(ports[which]!);
    try {
      const ended = await up(directory);
      expectOneSentence(ended, new RegExp(`${ports[which]}`));
      expect(ended.said).toMatch(
        which === 0 ? /control: \{listen: "/ : /gateway: "127.0.0.1:\d+" of the env/,
      );
      expect(existsSync(join(directory, '.tidegate'))).toBe(false);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    const left = spawnSync('pgrep', ['-f', directory], { encoding: 'utf8' });
    expect(left.stdout).toBe('');
    // Both are free again.
    for (const port of ports)
      await listenOn(port).then((one) => new Promise((resolve) => one.close(resolve)));
  });

  it.skipIf(isMissing(isRoot, 'a read-only directory, for want of root'))(
    'when the directory cannot be written',
    async () => {
      chmodSync(directory, 0o555);
      chownSync(directory, 0, 0);
      expectOneSentence(await up(directory, nobody), /cannot be written|permission/i);
      mkdirSync(join(directory, '.tidegate'), { mode: 0o755 });
      expectOneSentence(await up(directory, nobody), /cannot be written|permission|belongs/i);
    },
  );

  it.skipIf(isMissing(canMount(), 'a full disk, for want of the right to mount'))(
    'when the disk is full',
    async () => {
      const disk = mountSmallDisk(join(directory, 'disk'), '1m');
      try {
        writeFileSync(
          join(disk.path, 'tidegate.server.yaml'),
          stringify({
            control: { listen: `127.0.0.1:${ports[0]}` },
            environments: [{ name: 'production', gateway: `127.0.0.1:${ports[1]}` }],
          }),
        );
        disk.fill();
        expectOneSentence(await up(disk.path), /full|space/i);
      } finally {
        disk.unmount();
        rmdirSync(disk.path);
      }
      const left = spawnSync('pgrep', ['-f', directory], { encoding: 'utf8' });
      expect(left.stdout).toBe('');
    },
  );
});

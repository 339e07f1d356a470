import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReplicaStatus, Workload } from '../../ports/runtime.ts';
import { isPortFree } from './free-port.ts';
import type { ProcessRuntime } from './open-process-runtime.ts';
import { readProcess } from './process-table.ts';
import { openFixture, type RuntimeFixture } from './runtime-fixture.ts';

const patience = { timeout: 15_000, interval: 20 };

describe('supervision of replicas', () => {
  let fixture: RuntimeFixture;
  let runtime: ProcessRuntime;
  beforeEach(() => {
    fixture = openFixture();
  });
  afterEach(async () => await fixture.dispose());

  const replica = async (): Promise<ReplicaStatus> => (await runtime.list())[0]!.replicas[0]!;

  async function run(command: string, changes: Partial<Workload> = {}): Promise<void> {
    runtime = await fixture.open();
    await runtime.ensure({ ...fixture.workload, command, ...changes });
  }

  async function until(expected: Partial<ReplicaStatus>): Promise<ReplicaStatus> {
    await vi.waitFor(async () => expect(await replica()).toMatchObject(expected), patience);
    return replica();
  }

  it('gives up a replica that ends five times before it was ever ready, with its code and last words', async () => {
    const command = fixture.serve('crash', "console.error('no model here'); process.exit(7);");
    runtime = await fixture.open({ timing: { longestBackOffMs: 400 } });
    await runtime.ensure({ ...fixture.workload, command });
    const states: string[] = [];
    runtime.watch((status) => states.push(status.replicas[0]?.state ?? ''));
    const given = await until({ state: 'failed' });
    expect(given.detail).toMatch(
      /^exited with code 7; its log ends: hello from \d+ \| no model here; given up$/,
    );
    expect(given).toMatchObject({ restarts: 4, pid: null });
    expect(states).toContain('backing-off');
    const log = await runtime.log(fixture.workload.id, 0, 100_000);
    const starts = [...log.matchAll(/start \d at (\S+) on/g)].map((match) => Date.parse(match[1] ?? ''));
    expect(starts).toHaveLength(5);
    const pauses = starts.slice(1).map((at, index) => at - starts[index]!);
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(50 * 2 ** index);
  });

  it('tries again after a change', async () => {
    const command = fixture.serve('needs', 'if (!process.env.MODEL) process.exit(1);');
    await run(command);
    await until({ state: 'failed' });
    await runtime.ensure({ ...fixture.workload, command, env: { MODEL: 'x' } });
    await until({ state: 'ready', detail: null });
  });

  it('says soon that a replica does not get ready, tries thrice, and leaves nothing running', async () => {
    const command = fixture.serve('never', "process.on('SIGTERM', () => {});", "say('loading', 503);");
    await run(command, { ready: { path: '/ready', timeoutMs: 600 }, stopGraceMs: 100 });
    const first = await until({ state: 'failed' });
    expect(first.detail).toMatch(
      /^not ready within 600 ms \(GET \/ready answered 503\); its log ends: hello/,
    );
    await vi.waitFor(async () => expect((await replica()).detail).toContain('given up'), patience);
    expect(await replica()).toMatchObject({ state: 'failed', restarts: 2, pid: null });
    expect(await isPortFree(Number(new URL(first.address).port))).toBe(true);
  });

  it('starts a replica again that dies while serving, at the same address', async () => {
    await run(fixture.serve('fragile', '', "if (request.url === '/die') process.exit(3); say('ok');"));
    const before = await until({ state: 'ready' });
    await expect(fetch(`${before.address}/die`)).rejects.toThrow();
    const after = await until({ state: 'ready', restarts: 1 });
    expect(after.address).toBe(before.address);
    expect(after.pid).not.toBe(before.pid);
    // Ready once, so it is never given up, however often it dies.
    for (let time = 2; time < 8; time++) {
      await fetch(`${before.address}/die`).catch(() => {});
      await until({ state: 'ready', restarts: time });
    }
  });

  it('calls a replica unready that hangs, and ready again when it answers', async () => {
    const answer =
      "if (request.url === '/hang') globalThis.hung = Date.now() + 2500; if (!(globalThis.hung > Date.now())) say('ok');";
    await run(fixture.serve('hangs', '', answer));
    const { address, pid } = await until({ state: 'ready' });
    void fetch(`${address}/hang`).catch(() => {});
    const hung = await until({ state: 'unready' });
    expect(hung.detail).toBe('GET /ready: no answer within 500 ms');
    await until({ state: 'ready', pid, restarts: 0 });
  });

  it('ends a replica that ignores SIGTERM, and the children that left its group', async () => {
    const command = fixture.serve(
      'stubborn',
      `process.on('SIGTERM', () => console.log('not me'));
       const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
       const kin = spawn('sleep', ['1000'], { stdio: 'ignore' });
       globalThis.pids = child.pid + ' ' + kin.pid;`,
      'say(globalThis.pids);',
    );
    await run(command, { stopGraceMs: 300 });
    const { address, pid } = await until({ state: 'ready' });
    const pids = (await (await fetch(address)).text()).split(' ').map(Number);
    expect(pids.map((each) => readProcess(each)?.pid)).toEqual(pids);
    const startMs = Date.now();
    await runtime.remove(fixture.workload.id);
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(300);
    expect(Date.now() - startMs).toBeLessThan(2_000);
    expect([pid!, ...pids].map(readProcess)).toEqual([null, null, null]);
    expect(await runtime.log(fixture.workload.id, 0, 1_000)).toContain('not me');
  });

  it('lets a replica finish within its grace', async () => {
    const command = fixture.serve(
      'polite',
      "process.on('SIGTERM', () => setTimeout(() => { console.log('done'); process.exit(0); }, 300));",
    );
    await run(command);
    await until({ state: 'ready' });
    await runtime.remove(fixture.workload.id);
    expect(await runtime.log(fixture.workload.id, 0, 1_000)).toContain('done');
  });

  it('moves to another port when somebody else took the old one', async () => {
    await run(fixture.serve('fragile', '', "if (request.url === '/die') process.exit(3); say('ok');"));
    const before = await until({ state: 'ready' });
    await runtime.close();
    process.kill(before.pid!, 'SIGKILL');
    await vi.waitFor(() => expect(readProcess(before.pid!)).toBeNull(), patience);
    const thief = createServer().listen(Number(new URL(before.address).port), '127.0.0.1');
    try {
      runtime = await fixture.open();
      const after = await until({ state: 'ready' });
      expect(after.address).not.toBe(before.address);
      expect(await (await fetch(after.address)).text()).toBe('ok');
    } finally {
      thief.close();
    }
  });

  it('does not take another program for the replica', async () => {
    // The replica listens elsewhere, and a stranger answers on its port with 200.
    const command = fixture.serve('absent', 'process.env.PORT = 0;');
    await run(command, { ready: { path: '/', timeoutMs: 10_000 } });
    const { address } = await replica();
    const port = Number(new URL(address).port);
    const code = `require('http').createServer((q, r) => r.end('me')).listen(${port}, '127.0.0.1')`;
    await vi.waitFor(async () => expect((await replica()).pid).not.toBeNull(), patience);
    const stranger = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
    try {
      await vi.waitFor(async () => expect((await replica()).state).toBe('backing-off'), patience);
      expect((await replica()).detail).toBe(`port ${port} is answered by another program`);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('gives a replica its environment and secrets, and nothing else of ours', async () => {
    process.env.TIDEGATE_TEST_SECRET = "it's\na secret";
    process.env.TIDEGATE_TEST_OTHER = 'ours';
    try {
      const answer = 'say(JSON.stringify({ env: process.env, cwd: process.cwd() }));';
      await run(fixture.serve('tells', '', answer), {
        env: { GREETING: "a 'quoted' $HOME", PORT: '1', LD_PRELOAD: '/nowhere.so' },
        secrets: { API_KEY: 'env:TIDEGATE_TEST_SECRET' },
      });
      const { address, pid } = await until({ state: 'ready' });
      const told = (await (await fetch(address)).json()) as { env: Record<string, string>; cwd: string };
      expect(told.cwd).toBe(fixture.workload.directory);
      expect(told.env).toMatchObject({
        GREETING: "a 'quoted' $HOME",
        API_KEY: "it's\na secret",
        PORT: new URL(address).port,
        HOST: '127.0.0.1',
        HOME: join(fixture.stateDir, 'scratch', fixture.workload.id, '0', 'home'),
        TMPDIR: join(fixture.stateDir, 'scratch', fixture.workload.id, '0', 'tmp'),
      });
      const allowed = [
        'API_KEY',
        'GREETING',
        'HOME',
        'HOST',
        'LANG',
        'LD_PRELOAD',
        'PATH',
        'PORT',
        'PWD',
        'TIDEGATE_REPLICA',
        'TMPDIR',
        'TZ',
      ];
      expect(Object.keys(told.env).filter((name) => !allowed.includes(name))).toEqual([]);
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('a secret');
      const records = join(fixture.stateDir, 'workloads');
      const written = readdirSync(records).map((name) => readFileSync(join(records, name), 'utf8'));
      expect(written.join('')).toContain('env:TIDEGATE_TEST_SECRET');
      expect(written.join('') + (await runtime.log(fixture.workload.id, 0, 100_000))).not.toContain(
        'a secret',
      );
    } finally {
      delete process.env.TIDEGATE_TEST_SECRET;
      delete process.env.TIDEGATE_TEST_OTHER;
    }
  });

  it('names the reference of a secret that is missing, and starts once it is there', async () => {
    let value: string | null = null;
    runtime = await fixture.open({ secretSource: async () => value });
    await runtime.ensure({ ...fixture.workload, secrets: { API_KEY: 'file:/run/secrets/key' } });
    const failed = await until({ state: 'failed', pid: null });
    expect(failed.detail).toMatch(/^the secret file:\/run\/secrets\/key for API_KEY was not found/);
    value = 'here';
    await until({ state: 'ready' });
  });

  it('holds the log of a flood within its bound', { timeout: 30_000 }, async () => {
    // 1 MiB a line, as fast as it goes: the test measures that the flood really was one.
    const flood = `const line = 'x'.repeat((1 << 20) - 1) + '\\n'; let mib = 0;
      const pour = () => process.stdout.write(line, () => { mib++; setImmediate(pour); }); pour();`;
    const logBytes = 8 << 20;
    runtime = await fixture.open({ logBytes });
    await runtime.ensure({
      ...fixture.workload,
      command: fixture.serve('flood', flood, 'say(String(mib));'),
    });
    const { address } = await until({ state: 'ready' });
    const folder = join(fixture.stateDir, 'logs', 'workloads', fixture.workload.id);
    let most = 0;
    const count = async (): Promise<number> => Number(await (await fetch(address)).text());
    const before = await count();
    const startMs = Date.now();
    while (Date.now() - startMs < 3_000) {
      most = Math.max(most, sizeOf(folder));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const mibPerSecond = ((await count()) - before) / ((Date.now() - startMs) / 1_000);
    expect(mibPerSecond).toBeGreaterThan(20);
    expect(most).toBeLessThanOrEqual(logBytes);
    expect(most).toBeGreaterThan(logBytes / 4);
    if (process.env.TIDEGATE_MEASURE) console.log({ mibPerSecond, mostMib: most / 2 ** 20 });
  });
});

function sizeOf(folder: string): number {
  let sum = 0;
  for (const name of readdirSync(folder)) {
    try {
      sum += statSync(join(folder, name)).size;
    } catch {
      // Moved aside in this moment.
    }
  }
  return sum;
}

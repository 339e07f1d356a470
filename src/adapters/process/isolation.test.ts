import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReplicaStatus, Workload } from '../../ports/runtime.ts';
import type { ProcessRuntime } from './open-process-runtime.ts';
import { isMissing, openFixture, type RuntimeFixture } from './runtime-fixture.ts';
import { findTool } from './system-tool.ts';

const patience = { timeout: 15_000, interval: 20 };
const noRoot = isMissing(process.getuid?.() === 0, 'isolation, for want of root');

/** Answers with what a shell says about the command that the request carries. */
const shell = `import('node:child_process').then(({ spawnSync }) => {
    const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', decodeURIComponent(request.url.slice(1))], { encoding: 'utf8' });
    say(JSON.stringify({ stdout, stderr, status }));
  });`;

const ask = async (
  address: string,
  command: string,
): Promise<{ stdout: string; stderr: string; status: number }> =>
  (await fetch(`${address}/${encodeURIComponent(command)}`)).json() as Promise<{
    stdout: string;
    stderr: string;
    status: number;
  }>;

describe.skipIf(noRoot)('isolation by users of their own', () => {
  let fixture: RuntimeFixture;
  let runtime: ProcessRuntime;
  beforeEach(async () => {
    fixture = openFixture();
    writeFileSync(join(fixture.stateDir, 'admin-token'), 'the admin token');
    mkdirSync(join(fixture.stateDir, 'ledger'), { recursive: true });
    writeFileSync(join(fixture.stateDir, 'ledger', 'events.db'), 'the ledger', { mode: 0o644 });
    runtime = await fixture.open();
  });
  afterEach(async () => await fixture.dispose());

  async function start(workload: Workload): Promise<ReplicaStatus> {
    await runtime.ensure(workload);
    const find = async (): Promise<ReplicaStatus> =>
      (await runtime.list()).find(({ id }) => id === workload.id)!.replicas[0]!;
    await vi.waitFor(async () => expect(await find()).toMatchObject({ state: 'ready' }), patience);
    return find();
  }

  it("keeps what is Tidegate's, and what is another service's, from a replica", async () => {
    expect(runtime.isolation).toMatchObject({ processes: 'own-user' });
    const command = fixture.serve('shell', '', shell);
    // Programs often open their output once more by name.
    const ours = await start({ ...fixture.workload, command: `echo by name >/dev/stderr && ${command}` });
    expect(await runtime.log(fixture.workload.id, 0, 1_000)).toContain('by name');
    const otherDirectory = join(fixture.stateDir, 'prepared', 'other');
    mkdirSync(otherDirectory);
    writeFileSync(
      join(otherDirectory, 'shell.mjs'),
      execFileSync('cat', [join(fixture.workload.directory, 'shell.mjs')]),
    );
    writeFileSync(join(otherDirectory, 'prompt.txt'), 'their prompt');
    const other = await start({
      ...fixture.workload,
      id: 'production.other.1',
      service: 'other',
      directory: otherDirectory,
      command,
      env: { THEIR_SECRET: 'x' },
    });
    const { address } = ours;
    const own = fixture.workload.directory;
    const refused = [
      `cat ${fixture.stateDir}/admin-token`,
      `cat ${fixture.stateDir}/ledger/events.db`,
      `ls ${fixture.stateDir}`,
      `cat ${fixture.stateDir}/workloads/${fixture.workload.id}.json`,
      `cat ${fixture.stateDir}/logs/workloads/${fixture.workload.id}/0.log`,
      `ls ${fixture.stateDir}/scratch`,
      `ls ${fixture.stateDir}/scratch/production.other.1/0/home`,
      `cat ${otherDirectory}/prompt.txt`,
      `cat /proc/${other.pid}/environ`,
      `cat /proc/${process.pid}/environ`,
      `kill -0 ${process.pid}`,
      `kill -0 ${other.pid}`,
      `echo x >>${own}/shell.mjs`,
      `touch ${own}/new`,
      `rm ${own}/shell.mjs`,
      `chmod u+w ${own}/shell.mjs`,
    ];
    for (const attempt of refused)
      expect({ attempt, ...(await ask(address, attempt)) }).toMatchObject({
        stdout: '',
        stderr: expect.stringMatching(/denied|not permitted/i),
      });
    const allowed = [
      `cat ${own}/shell.mjs`,
      'cat shell.mjs',
      'echo x >$HOME/x && cat $HOME/x',
      'echo x >$TMPDIR/x && cat $TMPDIR/x',
    ];
    for (const attempt of allowed)
      expect({ attempt, ...(await ask(address, attempt)) }).toMatchObject({
        status: 0,
        stderr: expect.not.stringMatching(/denied/),
      });
    const identity = (
      await ask(address, 'id -u; id -g; id -G; grep -E "NoNewPrivs|CapEff" /proc/self/status')
    ).stdout;
    const [uid, gid, groups] = identity.split('\n').map(Number);
    expect([uid! >= 56_000, gid! >= 56_000, groups]).toEqual([true, true, gid]);
    expect(identity).toMatch(/CapEff:\s0+\nNoNewPrivs:\s1/);
    const theirs = (await ask(other.address, 'id -u; id -g')).stdout.split('\n').map(Number);
    expect(theirs[0]).not.toBe(uid);
    expect(theirs[1]).not.toBe(gid);
  });

  it('keeps a candidate from stable of the same service, which share a group', async () => {
    const command = fixture.serve('shell', '', shell);
    const stable = await start({ ...fixture.workload, command });
    const candidate = await start({ ...fixture.workload, id: 'production.spam.2', command });
    const { stderr } = await ask(candidate.address, `kill ${stable.pid}; cat /proc/${stable.pid}/environ`);
    expect(stderr.match(/denied|not permitted/gi)).toHaveLength(2);
    const gids = await Promise.all([stable, candidate].map(({ address }) => ask(address, 'id -g')));
    expect(gids[0]?.stdout).toBe(gids[1]?.stdout);
  });

  it('keeps the numbers over a restart, and ownership of a scratch survives links put in its place', async () => {
    const command = fixture.serve(
      'shell',
      '',
      `${shell.replace('say(', "if (request.url === '/die') process.exit(1); say(")}`,
    );
    const first = await start({ ...fixture.workload, command });
    const before = (await ask(first.address, 'id')).stdout;
    const target = join(fixture.stateDir, 'admin-token');
    // The replica may do in its home what it likes, but cannot replace the home itself by a link.
    const swap = await ask(
      first.address,
      `cd / && rm -rf $HOME; ln -s ${target} $HOME; ln -s ${target} $TMPDIR/x`,
    );
    expect(swap.stderr).toMatch(/denied/i);
    await runtime.close();
    process.kill(first.pid!, 'SIGKILL');
    runtime = await fixture.open();
    const again = await start({ ...fixture.workload, command });
    expect(again.pid).not.toBe(first.pid);
    expect((await ask(again.address, 'id')).stdout).toBe(before);
    expect(statSync(target)).toMatchObject({ uid: 0 });
  });

  it('reaches a release below a directory closed to others, and shows nothing else of it', async () => {
    const home = mkdtempSync(join(tmpdir(), 'closed-home-'));
    chmodSync(home, 0o700);
    writeFileSync(join(home, 'private-key'), 'secret', { mode: 0o644 });
    const directory = join(home, 'project', 'release');
    mkdirSync(directory, { recursive: true });
    const command = fixture.serve('shell', '', shell);
    writeFileSync(
      join(directory, 'shell.mjs'),
      execFileSync('cat', [join(fixture.workload.directory, 'shell.mjs')]),
    );
    try {
      const { address } = await start({ ...fixture.workload, directory, command });
      expect((await ask(address, `cat ${home}/private-key`)).stderr).toContain('No such file');
      expect((await ask(address, `cat ${home}/project/release/shell.mjs; pwd`)).stdout).toContain(directory);
      expect((await ask(address, `umount ${home}`)).status).not.toBe(0);
    } finally {
      await runtime.remove(fixture.workload.id);
      rmSync(home, { recursive: true });
    }
  });
});

const uid = 54_321;
const asUser = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
const canUnshare =
  !noRoot &&
  spawnSync('setpriv', [...asUser, 'unshare', '--user', '--map-root-user', '--mount', 'true']).status === 0;
const noNamespace = isMissing(canUnshare, 'isolation by a namespace, for want of user namespaces or root');

describe.skipIf(noNamespace)('isolation by a namespace, for a user without rights', () => {
  it('covers the state directory', { timeout: 30_000 }, async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'tidegate-unprivileged-'));
    const fixture = openFixture();
    try {
      const directory = join(stateDir, 'prepared', 'release');
      mkdirSync(directory, { recursive: true });
      fixture.serve('shell', '', shell);
      execFileSync('cp', [join(fixture.workload.directory, 'shell.mjs'), directory]);
      writeFileSync(join(stateDir, 'admin-token'), 'the admin token');
      execFileSync('chown', ['-R', `${uid}:${uid}`, stateDir]);
      const workload = { ...fixture.workload, directory, command: `exec ${process.execPath} shell.mjs` };
      const commands = [
        `cat ${stateDir}/admin-token`,
        `umount ${stateDir}`,
        `cat /proc/$CONTROL/root${stateDir}/admin-token`,
        `cat /proc/$CONTROL/environ`,
        `touch ${directory}/new`,
        `unshare --user --map-root-user --mount sh -c 'umount ${stateDir}; cat ${stateDir}/admin-token'`,
        'pwd; cat shell.mjs >/dev/null; echo x >$HOME/x && cat $HOME/x; id -u',
      ];
      const code = `
        import { openProcessRuntime } from ${JSON.stringify(new URL('open-process-runtime.ts', import.meta.url).href)};
        const runtime = await openProcessRuntime({ stateDir: ${JSON.stringify(stateDir)}, environment: { PATH: process.env.PATH } });
        await runtime.ensure(${JSON.stringify(workload)});
        let replica;
        for (let i = 0; i < 100 && replica?.state !== 'ready'; i++) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          replica = (await runtime.list())[0].replicas[0];
        }
        const answers = [];
        for (const command of ${JSON.stringify(commands)}) {
          const url = replica.address + '/' + encodeURIComponent(command.replaceAll('$CONTROL', String(process.pid)));
          if (replica.state === 'ready') answers.push(await (await fetch(url)).json());
        }
        const log = await runtime.log(${JSON.stringify(workload.id)}, 0, 2000);
        await runtime.remove(${JSON.stringify(workload.id)});
        await runtime.close();
        console.log(JSON.stringify({ isolation: runtime.isolation, replica, answers, log }));`;
      const setpriv = findTool('setpriv') ?? 'setpriv';
      const { stdout, stderr } = spawnSync(
        setpriv,
        [
          `--reuid=${uid}`,
          `--regid=${uid}`,
          '--clear-groups',
          process.execPath,
          '--input-type=module',
          '-e',
          code,
        ],
        { encoding: 'utf8', cwd: '/', timeout: 25_000 },
      );
      expect(stderr).toBe('');
      const told = JSON.parse(stdout);
      expect(told).toMatchObject({ isolation: { processes: 'namespace' }, replica: { state: 'ready' } });
      const [token, unmount, throughRoot, environment, write, nested, own] = told.answers;
      expect(token.stderr).toContain('No such file');
      expect(unmount.status).not.toBe(0);
      for (const answer of [throughRoot, environment])
        expect(answer).toMatchObject({ stdout: '', stderr: expect.stringContaining('denied') });
      expect(write.stderr).toMatch(/Read-only/);
      expect(nested.stdout).toBe('');
      expect(own).toMatchObject({ status: 0, stdout: `${directory}\nx\n${uid}\n` });
    } finally {
      await fixture.dispose();
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});

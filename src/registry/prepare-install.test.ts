import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWorkshop, serviceConfig, type Workshop } from './service.fixture.ts';

const isRoot = process.getuid?.() === 0;
let shop: Workshop;
beforeEach(async () => {
  shop = await openWorkshop();
});
afterEach(() => shop.close());

describe('the install command', () => {
  const counting =
    'echo ran >> "$COUNT_FILE"; echo made > made.txt; ln -s made.txt link; mkdir -p deep/empty';
  const install = (counter: string) => counting.replace('$COUNT_FILE', counter);

  test('runs once for the same code, whatever else changes in the release', async () => {
    const counter = join(shop.project, '..', 'counter');
    await writeFile(counter, '');
    await chmod(counter, 0o666);
    await chmod(join(shop.project, '..'), 0o755);
    const runs = async () => (await readFile(counter, 'utf8')).split('\n').length - 1;
    const config = (replicas: number, command = install(counter)) =>
      serviceConfig({
        components: { code: { files: null, install: command }, model: { path: 'model' } },
        run: { replicas },
      });
    await shop.write({ 'a.txt': 'a', 'model/w': '1' });
    const first = await shop.prepare(await shop.seal(config(1)));
    await shop.write({ 'model/w': '2' });
    const second = await shop.prepare(await shop.seal(config(2)));
    expect(second.directory).not.toBe(first.directory);
    expect(await runs()).toBe(1);
    for (const { directory } of [first, second]) {
      expect(await readFile(join(directory, 'link'), 'utf8')).toBe('made\n');
      expect((await lstat(join(directory, 'link'))).isSymbolicLink()).toBe(true);
      expect((await stat(join(directory, 'made.txt'))).mode & 0o777).toBe(0o444);
    }
    await shop.write({ 'a.txt': 'b' });
    await shop.prepare(await shop.seal(config(2)));
    expect(await runs()).toBe(2);
    await shop.prepare(await shop.seal(config(2, `${install(counter)} #`)));
    expect(await runs()).toBe(3);
  });

  test('knows nothing of Tidegate', async () => {
    await shop.write({ 'a.txt': 'a' });
    const manifest = await shop.seal(
      serviceConfig({ install: 'env > env.txt; id -u > uid.txt; pwd > pwd.txt; ls -a "$HOME" > home.txt' }),
    );
    const hostEnv = {
      ...process.env,
      TIDEGATE_TOKEN: 'secret',
      AWS_SECRET_ACCESS_KEY: 'secret',
      HTTPS_PROXY: 'http://proxy:1',
    };
    const { directory } = await shop.prepare(manifest, { hostEnv });
    const env = await readFile(join(directory, 'env.txt'), 'utf8');
    expect(env).not.toContain('secret');
    expect(env).toContain('HTTPS_PROXY=http://proxy:1');
    expect(env).toContain(`PATH=${process.env.PATH}`);
    expect(env).not.toContain(`HOME=${process.env.HOME}\n`);
    expect((await readFile(join(directory, 'home.txt'), 'utf8')).trim().split('\n')).toEqual([
      '.',
      '..',
      'tmp',
    ]);
    const made = (await readFile(join(directory, 'pwd.txt'), 'utf8')).trim();
    expect(made.startsWith(join(shop.root, 'installs'))).toBe(true);
  });

  test('runs as somebody else when Tidegate is root, and cannot read what is Tidegate’s', async (context) => {
    if (!isRoot) return context.skip('needs root, who may run programs as others');
    // Temporary directories are closed to others; the state directory of `up` is not.
    await chmod(join(shop.project, '..'), 0o711);
    const token = join(shop.project, '..', 'token');
    await writeFile(token, 'secret', { mode: 0o600 });
    await shop.write({ 'a.txt': 'a' });
    const manifest = await shop.seal(
      serviceConfig({ install: `id -u > uid.txt; cat ${token} > token.txt; echo more >> a.txt` }),
    );
    const { directory } = await shop.prepare(manifest);
    expect((await readFile(join(directory, 'uid.txt'), 'utf8')).trim()).toBe('59999');
    expect(await readFile(join(directory, 'token.txt'), 'utf8')).toBe('');
    expect(await readFile(join(directory, 'a.txt'), 'utf8')).toBe('amore\n');
    expect(shop.log()).toContain('changed 1 sealed files');
    expect((await stat(join(directory, 'uid.txt'))).uid).toBe(0);
    // And releases can be read by yet another user.
    const read = execFileSync('setpriv', [
      '--reuid',
      '60001',
      '--regid',
      '60001',
      '--clear-groups',
      'cat',
      join(directory, 'a.txt'),
    ]);
    expect(read.toString()).toBe('amore\n');
  });

  test('may not bring in files of other people, which would be opened to all', async (context) => {
    if (!isRoot) return context.skip('needs root');
    await chmod(join(shop.project, '..'), 0o711);
    await shop.write({ 'a.txt': 'a' });
    const manifest = await shop.seal(serviceConfig({ install: 'echo ready; sleep 0.5' }));
    // What a hard link would do where the system does not forbid them to other users' files.
    const smuggle = (text: string) => {
      if (!text.includes('ready')) return;
      const installs = join(shop.root, 'installs');
      const key = readdirSync(installs).find((name) => /^[0-9a-f]{64}$/.test(name))!;
      writeFileSync(join(installs, key, 'private'), 'secret', { mode: 0o600 });
    };
    await expect(shop.prepare(manifest, { onLog: smuggle })).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringContaining('another user'),
    });
  });

  test('does not leave files that a package cache shares', async () => {
    await shop.write({ 'a.txt': 'a' });
    const install = 'mkdir -p "$XDG_CACHE_HOME" && echo x > "$XDG_CACHE_HOME/f" && ln "$XDG_CACHE_HOME/f" f';
    const { directory } = await shop.prepare(await shop.seal(serviceConfig({ install })));
    await writeFile(join(shop.root, 'caches/example/xdg/f'), 'changed');
    expect(await readFile(join(directory, 'f'), 'utf8')).toBe('x\n');
  });

  test('may not make links that lead a component elsewhere', async () => {
    await shop.write({ 'a.txt': 'a', 'model/w': '1' });
    const elsewhere = join(shop.project, '..', 'elsewhere');
    await mkdir(elsewhere);
    for (const command of [
      `ln -s ${elsewhere} model`,
      'mkdir model; echo x > model/w',
      'mkdir -p model/w/x; echo y > model/w/x/y',
    ]) {
      const manifest = await shop.seal(
        serviceConfig({ components: { code: { files: null, install: command }, model: { path: 'model' } } }),
      );
      await expect(shop.prepare(manifest)).rejects.toMatchObject({
        code: 'install-failed',
        message: expect.stringContaining('model'),
      });
    }
    expect(await readdir(elsewhere)).toEqual([]);
  });

  test('that fails leaves nothing that runs, and says why; the next attempt runs it again', async () => {
    const switchFile = join(shop.project, '..', 'switch');
    await chmod(join(shop.project, '..'), 0o755);
    await shop.write({ 'a.txt': 'a' });
    const manifest = await shop.seal(
      serviceConfig({ install: `echo trying; test -e ${switchFile} || { echo no luck >&2; exit 3; }` }),
    );
    const failure = await shop.prepare(manifest).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'install-failed',
      message: expect.stringContaining('exit code 3'),
    });
    const { log: logFile, lastLines } = (failure as { data: { log: string; lastLines: string } }).data;
    expect(lastLines).toContain('no luck');
    expect(await readFile(logFile, 'utf8')).toMatch(/trying\n|no luck\n/);
    expect(shop.log()).toContain('no luck');
    expect((await readdir(shop.root)).filter((name) => /^([0-9a-f]{64}|\.new)/.test(name))).toEqual([]);
    await writeFile(switchFile, '');
    await shop.prepare(manifest);
  });

  test('is ended when it takes too long, with everything it started', async () => {
    await shop.write({ 'a.txt': 'a' });
    const pids = join(shop.project, '..', 'pids');
    await writeFile(pids, '');
    await chmod(pids, 0o666);
    await chmod(join(shop.project, '..'), 0o755);
    const command = `trap '' TERM; echo $$ >> ${pids}; setsid sh -c 'echo $$ >> ${pids}; exec sleep 60' & sleep 60`;
    const manifest = await shop.seal(serviceConfig({ install: command }));
    const began = performance.now();
    await expect(shop.prepare(manifest, { installTimeoutMs: 700 })).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringContaining('longer'),
    });
    expect(performance.now() - began).toBeLessThan(8_000);
    await expectEnded(pids, 2);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    await expect(shop.prepare(manifest, { signal: controller.signal })).rejects.toMatchObject({
      message: expect.stringContaining('interrupted'),
    });
  });

  test('that leaves a process behind is done all the same, and the process is gone', async () => {
    await shop.write({ 'a.txt': 'a' });
    const pids = join(shop.project, '..', 'pids');
    await writeFile(pids, '');
    await chmod(pids, 0o666);
    await chmod(join(shop.project, '..'), 0o755);
    const manifest = await shop.seal(
      serviceConfig({ install: `setsid sh -c 'echo $$ >> ${pids}; exec sleep 60' & sleep 0.3` }),
    );
    const began = performance.now();
    await shop.prepare(manifest);
    expect(performance.now() - began).toBeLessThan(10_000);
    await expectEnded(pids, 1);
  });

  test('interrupted by the death of the control plane starts from scratch, alone', async () => {
    await shop.write({ 'a.txt': 'a' });
    const home = join(shop.project, '..');
    const [pids, slow] = [join(home, 'pids'), join(home, 'slow')];
    for (const path of [pids, slow]) await writeFile(path, '', { mode: 0o666 });
    await chmod(pids, 0o666);
    await chmod(home, 0o755);
    const met = join(home, 'met');
    await writeFile(met, '');
    await chmod(met, 0o666);
    // A process that has ended has no environment any more.
    const look = `for p in $(cat ${pids}); do cat /proc/$p/environ 2>/dev/null | grep -q . && echo $p >> ${met}; done`;
    const command = `${look}; echo $$ >> ${pids}; echo half >> result; test -e ${slow} && exec sleep 60; echo whole >> result`;
    const manifest = await shop.seal(serviceConfig({ install: command }));
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { prepareRelease } from ${JSON.stringify(join(import.meta.dirname, 'prepare.ts'))};
         import { openMemoryBlobs } from ${JSON.stringify(join(import.meta.dirname, '../adapters/memory/blobs.ts'))};
         const { manifest, root, bytes } = JSON.parse(process.argv[1]);
         const blobs = openMemoryBlobs();
         for (const each of bytes) await blobs.put(Buffer.from(each, 'base64'));
         await prepareRelease({ manifest, root, blobs });`,
        JSON.stringify({
          manifest,
          root: shop.root,
          bytes: await Promise.all(
            shop.sent.map(async (digest) => Buffer.from(await shop.blobs.read(digest)).toString('base64')),
          ),
        }),
      ],
      { stdio: 'inherit' },
    );
    const ended = once(child, 'exit');
    while ((await readFile(pids, 'utf8')) === '') await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await ended;
    await rm(slow);
    const { directory } = await shop.prepare(manifest);
    expect(await readFile(join(directory, 'result'), 'utf8')).toBe('half\nwhole\n');
    expect(await readFile(met, 'utf8')).toBe('');
    await expectEnded(pids, 2);
  });
});

const expectEnded = async (pidFile: string, expected: number) => {
  const pids = (await readFile(pidFile, 'utf8')).trim().split('\n').map(Number);
  expect(pids).toHaveLength(expected);
  for (const pid of pids) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').then(
      (text) => text.split(') ')[1]?.[0],
      () => 'gone',
    );
    expect(['gone', 'Z', 'X']).toContain(state);
  }
};

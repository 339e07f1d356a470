import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonicalize } from '../core/ledger/canonical.ts';
import { exampleManifest } from '../core/release/manifest.fixture.ts';
import type { FileTree, ReleaseManifest } from '../core/release/manifest.ts';
import { digestOf, manifestDigest } from '../core/release/seal.ts';
import { listDirectory } from './listing.ts';
import { type PrepareOrder, prepareRelease } from './prepare.ts';
import { openWorkshop, serviceConfig, type Workshop } from './service.fixture.ts';

const isRoot = process.getuid?.() === 0;
let shop: Workshop;
let log: string;
beforeEach(async () => {
  shop = await openWorkshop();
  log = '';
});
afterEach(() => shop.close());

const prepare = (manifest: ReleaseManifest, order: Partial<PrepareOrder> = {}) =>
  prepareRelease({
    manifest,
    blobs: shop.blobs,
    root: shop.root,
    onLog: (text) => {
      log += text;
    },
    ...order,
  });
const contentsOf = async (directory: string) =>
  Object.fromEntries(
    (await listDirectory(directory)).map((entry) => [
      entry.path,
      entry.kind === 'file' ? [entry.digest, entry.executable] : entry.target,
    ]),
  );
const codeDigest = (manifest: ReleaseManifest) =>
  manifest.components.find((each) => each.name === 'code')!.digest;

describe.each([
  ['sharing files between releases', true],
  ['copying them', false],
])('a prepared release, %s', (_how, sharesFiles) => {
  test('has the sealed bytes, whatever became of the tree they came from', async () => {
    await shop.write(
      { 'app.py': 'v1', 'lib/run.sh': 'run', 'model/w.bin': new Uint8Array(2_000_000).fill(7) },
      ['lib/run.sh'],
    );
    const config = serviceConfig({
      components: { code: { files: null, install: null }, model: { path: 'model' } },
    });
    const manifest = await shop.seal(config);
    const before = await contentsOf(shop.project);
    await shop.write({ 'app.py': 'edited', 'model/w.bin': 'edited' });
    const { directory } = await prepare(manifest, { sharesFiles });
    expect(await contentsOf(directory)).toEqual(before);
    await rm(shop.project, { recursive: true });
    await rm(shop.root, { recursive: true });
    const again = await prepare(manifest, { sharesFiles });
    expect(again.directory).toBe(directory);
    expect(await contentsOf(again.directory)).toEqual(before);
    expect(directory.endsWith(manifestDigest(manifest).slice(7))).toBe(true);
  });

  test('gives back any tree of files', async () => {
    const name = fc
      .stringMatching(/^[a-zA-Z0-9 ._@é日-]{1,8}$/u)
      .filter((text) => text !== '.' && text !== '..');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `d/${names.join('/')}`);
    const file = fc.record({ contents: fc.uint8Array({ maxLength: 3_000 }), executable: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(path, file, { minKeys: 1, maxKeys: 12 }), async (files) => {
        const paths = Object.keys(files);
        // What cannot stand in one release is another test's.
        const fold = (text: string) => text.toLowerCase();
        const parents = new Set(
          paths.flatMap((each) => each.split('/').map((_, i, all) => all.slice(0, i + 1).join('/'))),
        );
        fc.pre(
          new Set([...parents].map(fold)).size === parents.size &&
            !paths.some((each) => paths.some((other) => other.startsWith(`${each}/`))),
        );
        fc.pre(!paths.some((each) => /\.(git|hg|svn|tidegate|DS_Store)(\/|$)|Thumbs\.db/.test(each)));
        await rm(shop.project, { recursive: true, force: true });
        await shop.write(
          Object.fromEntries(paths.map((each) => [each, files[each]!.contents])),
          paths.filter((each) => files[each]!.executable),
        );
        const manifest = await shop.seal(
          serviceConfig({ components: { code: { files: null, install: null } } }),
          { allowsSecretLike: true },
        );
        const { directory } = await prepare(manifest, { sharesFiles });
        expect(await contentsOf(directory)).toEqual(await contentsOf(shop.project));
      }),
      { numRuns: 25 },
    );
  });

  test('is read-only, and open to the user it runs as', async () => {
    await shop.write({ 'a/b.txt': 'x', 'run.sh': 'x' }, ['run.sh']);
    const umask = process.umask(0o077);
    try {
      const { directory } = await prepare(await shop.seal(serviceConfig()), { sharesFiles });
      const modes = ['.', 'a', 'a/b.txt', 'run.sh'].map(
        async (path) => (await stat(join(directory, path))).mode & 0o777,
      );
      expect(await Promise.all(modes)).toEqual([0o755, 0o755, 0o444, 0o555]);
      expect((await stat(shop.root)).mode & 0o777).toBe(0o711);
    } finally {
      process.umask(umask);
    }
  });

  test('is left alone when nothing happened to it, and made anew when something did', async () => {
    await shop.write({ 'a.txt': 'aaaa', 'b.txt': 'b', 'run.sh': '' }, ['run.sh']);
    const manifest = await shop.seal(serviceConfig());
    const { directory } = await prepare(manifest, { sharesFiles });
    const born = (await stat(directory)).ino;
    const sealed = await contentsOf(directory);
    await prepare(manifest, { sharesFiles });
    expect((await stat(directory)).ino).toBe(born);
    expect(log).toBe('');

    const harm: [string, () => Promise<unknown>][] = [
      ['edited', () => rewrite(join(directory, 'a.txt'), 'bbbb')],
      ['cut short', () => rewrite(join(directory, 'a.txt'), '')],
      ['removed', () => rm(join(directory, 'b.txt'))],
      ['added', () => writeFile(join(directory, 'sitecustomize.py'), 'evil')],
      ['mode changed', () => chmod(join(directory, 'b.txt'), 0o755)],
      ['all gone', () => rm(directory, { recursive: true })],
      ['its note gone', () => rm(`${directory}.json`)],
      ['its note junk', () => writeFile(`${directory}.json`, '{"listing":')],
    ];
    for (const [what, act] of harm) {
      await act();
      await prepare(manifest, { sharesFiles });
      expect(await contentsOf(directory), what).toEqual(sealed);
    }
  });

  test('is read in full when the machine may have lost power since', async () => {
    await shop.write({ 'a.txt': 'aaaa' });
    const manifest = await shop.seal(serviceConfig());
    const { directory } = await prepare(manifest, { sharesFiles });
    const path = join(directory, 'a.txt');
    const { atime, mtime } = await stat(path);
    await rewrite(path, 'bbbb');
    await utimes(path, atime, mtime);
    const note = JSON.parse(await readFile(`${directory}.json`, 'utf8'));
    await writeFile(`${directory}.json`, JSON.stringify({ ...note, boot: 'another' }));
    await prepare(manifest, { sharesFiles });
    expect(await readFile(path, 'utf8')).toBe('aaaa');
    expect(log).toContain('a.txt has other contents');
  });

  test('is never made of damaged or missing bytes', async () => {
    await shop.write({ 'a.txt': 'aaaa', 'b.txt': 'b' });
    const manifest = await shop.seal(serviceConfig());
    shop.blobs.corrupt(digestOf(Buffer.from('aaaa')), Buffer.from('evil'));
    await expect(prepare(manifest, { sharesFiles })).rejects.toMatchObject({ code: 'blob-corrupt' });
    expect(
      (await readdir(shop.root)).filter((name) => /^[0-9a-f]{64}/.test(name) || name.startsWith('.new')),
    ).toEqual([]);
    shop.blobs.corrupt(codeDigest(manifest), Buffer.from('{}'));
    await expect(prepare(manifest, { sharesFiles })).rejects.toMatchObject({ code: 'blob-corrupt' });
    const absent = {
      ...manifest,
      components: [{ ...manifest.components[0]!, digest: digestOf(Buffer.from('absent')) }],
    };
    await expect(prepare(absent, { sharesFiles })).rejects.toMatchObject({ code: 'blob-missing' });
  });

  test('is the same for all who ask at once', async () => {
    await shop.write({ 'a.txt': 'a' });
    const manifest = await shop.seal(
      serviceConfig({ install: 'echo x >> count && echo installed > result' }),
    );
    const prepared = await Promise.all(Array.from({ length: 5 }, () => prepare(manifest, { sharesFiles })));
    expect(new Set(prepared.map((each) => each.directory)).size).toBe(1);
    expect(await readFile(join(prepared[0]!.directory, 'count'), 'utf8')).toBe('x\n');
  });
});

const rewrite = async (path: string, contents: string) => {
  await chmod(path, 0o644);
  await writeFile(path, contents);
  await chmod(path, 0o444);
};

describe('what releases share', () => {
  test('costs no space, and damage to it does not spread to a new release', async () => {
    await shop.write({ 'a.txt': 'a', 'model/w.bin': 'weights' });
    const config = serviceConfig({
      components: { code: { files: null, install: null }, model: { path: 'model' } },
    });
    const first = await prepare(await shop.seal(config), { sharesFiles: true });
    await shop.write({ 'a.txt': 'b' });
    const second = await prepare(await shop.seal(config), { sharesFiles: true });
    const [one, two] = [
      await stat(join(first.directory, 'model/w.bin')),
      await stat(join(second.directory, 'model/w.bin')),
    ];
    expect(two.ino).toBe(one.ino);
    await rewrite(join(first.directory, 'model/w.bin'), 'WEIGHTS');
    await shop.write({ 'a.txt': 'c' });
    const third = await prepare(await shop.seal(config), { sharesFiles: true });
    expect(await readFile(join(third.directory, 'model/w.bin'), 'utf8')).toBe('weights');
    expect(log).toContain('model/w.bin has other contents');
  });

  test('copies share nothing', async () => {
    await shop.write({ 'a.txt': 'a', 'model/w.bin': 'weights' });
    const config = serviceConfig({
      components: { code: { files: null, install: null }, model: { path: 'model' } },
      install: 'true',
    });
    const first = await prepare(await shop.seal(config), { sharesFiles: false });
    const second = await prepare(await shop.seal(config, { version: '2.0.0' }), { sharesFiles: false });
    for (const path of ['a.txt', 'model/w.bin']) {
      await rewrite(join(first.directory, path), 'x');
      expect(await readFile(join(second.directory, path), 'utf8')).not.toBe('x');
    }
  });
});

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
    const first = await prepare(await shop.seal(config(1)));
    await shop.write({ 'model/w': '2' });
    const second = await prepare(await shop.seal(config(2)));
    expect(second.directory).not.toBe(first.directory);
    expect(await runs()).toBe(1);
    for (const { directory } of [first, second]) {
      expect(await readFile(join(directory, 'link'), 'utf8')).toBe('made\n');
      expect((await lstat(join(directory, 'link'))).isSymbolicLink()).toBe(true);
      expect((await stat(join(directory, 'made.txt'))).mode & 0o777).toBe(0o444);
    }
    await shop.write({ 'a.txt': 'b' });
    await prepare(await shop.seal(config(2)));
    expect(await runs()).toBe(2);
    await prepare(await shop.seal(config(2, `${install(counter)} #`)));
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
    const { directory } = await prepare(manifest, { hostEnv });
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
    const { directory } = await prepare(manifest);
    expect((await readFile(join(directory, 'uid.txt'), 'utf8')).trim()).toBe('59999');
    expect(await readFile(join(directory, 'token.txt'), 'utf8')).toBe('');
    expect(await readFile(join(directory, 'a.txt'), 'utf8')).toBe('amore\n');
    expect(log).toContain('changed 1 sealed files');
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

  test('may not open other people’s files through links', async (context) => {
    if (!isRoot) return context.skip('needs root');
    await chmod(join(shop.project, '..'), 0o711);
    await shop.write({ 'a.txt': 'a' });
    const manifest = await shop.seal(serviceConfig({ install: 'ln -s /etc/shadow shadow' }));
    const before = (await stat('/etc/shadow')).mode;
    const { directory } = await prepare(manifest);
    expect((await lstat(join(directory, 'shadow'))).isSymbolicLink()).toBe(true);
    expect((await stat('/etc/shadow')).mode).toBe(before);
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
      await expect(prepare(manifest)).rejects.toMatchObject({
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
    const failure = await prepare(manifest).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'install-failed',
      message: expect.stringContaining('exit code 3'),
    });
    const { log: logFile, lastLines } = (failure as { data: { log: string; lastLines: string } }).data;
    expect(lastLines).toContain('no luck');
    expect(await readFile(logFile, 'utf8')).toMatch(/trying\n|no luck\n/);
    expect(log).toContain('no luck');
    expect((await readdir(shop.root)).filter((name) => /^([0-9a-f]{64}|\.new)/.test(name))).toEqual([]);
    await writeFile(switchFile, '');
    await prepare(manifest);
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
    await expect(prepare(manifest, { installTimeoutMs: 700 })).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringContaining('longer'),
    });
    expect(performance.now() - began).toBeLessThan(8_000);
    await expectEnded(pids, 2);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    await expect(prepare(manifest, { signal: controller.signal })).rejects.toMatchObject({
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
    await prepare(manifest);
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
    const command = `echo $$ >> ${pids}; echo half >> result; test -e ${slow} && exec sleep 60; echo whole >> result`;
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
    const { directory } = await prepare(manifest);
    expect(await readFile(join(directory, 'result'), 'utf8')).toBe('half\nwhole\n');
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

describe('real projects', () => {
  test('a Node project is installed by npm and runs from where it was prepared', async () => {
    await shop.write({
      'package.json': JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { dep: 'file:./dep' } }),
      'dep/package.json': JSON.stringify({
        name: 'dep',
        version: '2.0.0',
        main: 'index.js',
        bin: { dep: 'index.js' },
      }),
      'dep/index.js':
        '#!/usr/bin/env node\nmodule.exports = "from dep"; if (require.main === module) console.log("bin");',
      'server.js': 'console.log(require("dep"))',
    });
    const manifest = await shop.seal(
      serviceConfig({
        install: 'npm install --offline --install-links --no-audit --no-fund',
        run: { command: 'node server.js' },
      }),
    );
    const { directory } = await prepare(manifest);
    await rm(shop.project, { recursive: true });
    expect(execFileSync('node', ['server.js'], { cwd: directory, encoding: 'utf8' })).toBe('from dep\n');
    expect(execFileSync(join(directory, 'node_modules/.bin/dep'), { encoding: 'utf8' })).toBe('bin\n');
  });

  test('a Python project with a virtual environment runs, its scripts too', async () => {
    await shop.write({ 'app.py': 'import sys; print(sys.prefix != sys.base_prefix)' });
    const install = `python3 -m venv --without-pip .venv && printf '#!%s\\nprint("script")\\n' "$PWD/.venv/bin/python" > .venv/bin/script && chmod +x .venv/bin/script`;
    const manifest = await shop.seal(serviceConfig({ install, run: { command: '.venv/bin/python app.py' } }));
    const { directory } = await prepare(manifest);
    expect(execFileSync('.venv/bin/python', ['app.py'], { cwd: directory, encoding: 'utf8' })).toBe('True\n');
    expect(execFileSync('.venv/bin/script', { cwd: directory, encoding: 'utf8' })).toBe('script\n');
  });
});

describe('attacks by whoever wrote the manifest', () => {
  const withTree = async (files: readonly object[], change: object = {}): Promise<ReleaseManifest> => {
    const bytes = canonicalize({ schema: 'tidegate.tree/v1', files });
    const { digest } = await shop.blobs.put(bytes);
    const size = files.length;
    return exampleManifest({
      components: [{ name: 'code', path: '.', digest, files: size, bytes: 4 * size, ...change }],
    });
  };
  const evil = Buffer.from('evil');
  const file = (path: string) => ({ path, digest: digestOf(evil), bytes: 4, executable: false });
  beforeEach(() => shop.blobs.put(evil));

  test.each([
    ['out of the release', [file('../escaped')]],
    ['out in the middle', [file('a/../../escaped')]],
    ['to an absolute path', [file('/tmp/tidegate-escaped')]],
    ['by backslashes', [file('..\\escaped')]],
    ['by an unknown kind', [{ ...file('a'), link: '/etc' }]],
    ['with one name twice', [file('a'), file('a')]],
    ['with a file as a directory', [file('a'), file('a/b')]],
    ['with a size that lies', [{ ...file('a'), bytes: 5 }]],
  ])('a file list that leads %s is refused', async (_what, files) => {
    await expect(prepare(await withTree(files))).rejects.toMatchObject({ code: 'release-invalid' });
    expect(
      (await readdir(shop.root).catch(() => [])).filter((name) => /^([0-9a-f]{64}|\.new)/.test(name)),
    ).toEqual([]);
    expect(await readdir(join(shop.root, '..'))).toEqual(['project', 'releases']);
  });

  test('a component that leads out is refused, and one that lies about its size', async () => {
    for (const change of [
      { path: '../x' },
      { path: '/x' },
      { path: 'a/../../x' },
      { files: 2 },
      { bytes: 3 },
    ]) {
      await expect(prepare(await withTree([file('a')], change))).rejects.toMatchObject({
        code: 'release-invalid',
      });
    }
  });

  test('components that write to the same place are refused', async () => {
    const tree: FileTree = { schema: 'tidegate.tree/v1', files: [file('w')] };
    const { digest } = await shop.blobs.put(canonicalize(tree));
    const part = { digest, files: 1, bytes: 4 } as const;
    const both = exampleManifest({
      components: [
        { ...part, name: 'data', path: 'm' },
        { ...part, name: 'model', path: 'M' },
      ],
    });
    await expect(prepare(both)).rejects.toMatchObject({ code: 'release-invalid' });
  });

  test('a size that the list and the manifest agree on, but not the bytes, is noticed', async () => {
    const { digest } = await shop.blobs.put(
      canonicalize({ schema: 'tidegate.tree/v1', files: [{ ...file('a'), bytes: 9 }] }),
    );
    const lying = exampleManifest({ components: [{ name: 'code', path: '.', digest, files: 1, bytes: 9 }] });
    for (const sharesFiles of [true, false]) {
      await expect(prepare(lying, { sharesFiles })).rejects.toMatchObject({ code: 'blob-corrupt' });
    }
  });

  test('a release for another machine, or of somebody else, is not prepared', async () => {
    const manifest = await withTree([file('a')]);
    const foreign = {
      ...manifest,
      serving: { ...manifest.serving, platform: { os: 'plan9', arch: 'vax' } },
    } as ReleaseManifest;
    await expect(prepare(foreign)).rejects.toMatchObject({ code: 'platform-mismatch' });
    const external = exampleManifest({
      serving: {
        kind: 'external',
        address: 'http://x',
        ready: { path: '/', timeoutMs: 1 },
        fingerprint: null,
      },
    });
    await expect(prepare(external)).rejects.toMatchObject({ code: 'bad-request' });
  });
});

test('what the helper of these tests compares is the bytes', async () => {
  await shop.write({ a: 'x' });
  const hash = createHash('sha256').update('x').digest('hex');
  expect(await contentsOf(shop.project)).toEqual({ a: [`sha256:${hash}`, false] });
});

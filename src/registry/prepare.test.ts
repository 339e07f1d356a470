import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import { digestOf, manifestDigest } from '../core/release/seal.ts';
import { contentsOf, openWorkshop, serviceConfig, type Workshop } from './service.fixture.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await openWorkshop();
});
afterEach(() => shop.close());

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
    const { directory } = await shop.prepare(manifest, { sharesFiles });
    expect(await contentsOf(directory)).toEqual(before);
    await rm(shop.project, { recursive: true });
    await rm(shop.root, { recursive: true });
    const again = await shop.prepare(manifest, { sharesFiles });
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
        const { directory } = await shop.prepare(manifest, { sharesFiles });
        expect(await contentsOf(directory)).toEqual(await contentsOf(shop.project));
      }),
      { numRuns: 25 },
    );
  });

  test('is read-only, and open to the user it runs as', async () => {
    await shop.write({ 'a/b.txt': 'x', 'run.sh': 'x' }, ['run.sh']);
    const umask = process.umask(0o077);
    try {
      const { directory } = await shop.prepare(await shop.seal(serviceConfig()), { sharesFiles });
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
    const { directory } = await shop.prepare(manifest, { sharesFiles });
    const born = (await stat(directory)).ino;
    const sealed = await contentsOf(directory);
    await shop.prepare(manifest, { sharesFiles });
    expect((await stat(directory)).ino).toBe(born);
    expect(shop.log()).toBe('');

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
      await shop.prepare(manifest, { sharesFiles });
      expect(await contentsOf(directory), what).toEqual(sealed);
    }
  });

  test('is read in full when the machine may have lost power since', async () => {
    await shop.write({ 'a.txt': 'aaaa' });
    const manifest = await shop.seal(serviceConfig());
    const { directory } = await shop.prepare(manifest, { sharesFiles });
    const path = join(directory, 'a.txt');
    const { atime, mtime } = await stat(path);
    await rewrite(path, 'bbbb');
    await utimes(path, atime, mtime);
    const note = JSON.parse(await readFile(`${directory}.json`, 'utf8'));
    await writeFile(`${directory}.json`, JSON.stringify({ ...note, boot: 'another' }));
    await shop.prepare(manifest, { sharesFiles });
    expect(await readFile(path, 'utf8')).toBe('aaaa');
    expect(shop.log()).toContain('a.txt has other contents');
  });

  test('is never made of damaged or missing bytes', async () => {
    await shop.write({ 'a.txt': 'aaaa', 'b.txt': 'b' });
    const manifest = await shop.seal(serviceConfig());
    shop.blobs.corrupt(digestOf(Buffer.from('aaaa')), Buffer.from('evil'));
    await expect(shop.prepare(manifest, { sharesFiles })).rejects.toMatchObject({ code: 'blob-corrupt' });
    expect(
      (await readdir(shop.root)).filter((name) => /^[0-9a-f]{64}/.test(name) || name.startsWith('.new')),
    ).toEqual([]);
    shop.blobs.corrupt(codeDigest(manifest), Buffer.from('{}'));
    await expect(shop.prepare(manifest, { sharesFiles })).rejects.toMatchObject({ code: 'blob-corrupt' });
    const absent = {
      ...manifest,
      components: [{ ...manifest.components[0]!, digest: digestOf(Buffer.from('absent')) }],
    };
    await expect(shop.prepare(absent, { sharesFiles })).rejects.toMatchObject({ code: 'blob-missing' });
  });

  test('is the same for all who ask at once', async () => {
    await shop.write({ 'a.txt': 'a' });
    const manifest = await shop.seal(
      serviceConfig({ install: 'echo x >> count && echo installed > result' }),
    );
    const prepared = await Promise.all(
      Array.from({ length: 5 }, () => shop.prepare(manifest, { sharesFiles })),
    );
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
    const first = await shop.prepare(await shop.seal(config), { sharesFiles: true });
    await shop.write({ 'a.txt': 'b' });
    const second = await shop.prepare(await shop.seal(config), { sharesFiles: true });
    const [one, two] = [
      await stat(join(first.directory, 'model/w.bin')),
      await stat(join(second.directory, 'model/w.bin')),
    ];
    expect(two.ino).toBe(one.ino);
    await rewrite(join(first.directory, 'model/w.bin'), 'WEIGHTS');
    await shop.write({ 'a.txt': 'c' });
    const third = await shop.prepare(await shop.seal(config), { sharesFiles: true });
    expect(await readFile(join(third.directory, 'model/w.bin'), 'utf8')).toBe('weights');
    expect(shop.log()).toContain('model/w.bin has other contents');
  });

  test('copies share nothing', async () => {
    await shop.write({ 'a.txt': 'a', 'model/w.bin': 'weights' });
    const config = serviceConfig({
      components: { code: { files: null, install: null }, model: { path: 'model' } },
      install: 'true',
    });
    const first = await shop.prepare(await shop.seal(config), { sharesFiles: false });
    const second = await shop.prepare(await shop.seal(config, { version: '2.0.0' }), { sharesFiles: false });
    for (const path of ['a.txt', 'model/w.bin']) {
      await rewrite(join(first.directory, path), 'x');
      expect(await readFile(join(second.directory, path), 'utf8')).not.toBe('x');
    }
  });
});

test('what the helper of these tests compares is the bytes', async () => {
  await shop.write({ a: 'x' });
  const hash = createHash('sha256').update('x').digest('hex');
  expect(await contentsOf(shop.project)).toEqual({ a: [`sha256:${hash}`, false] });
});

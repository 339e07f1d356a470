import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonicalize } from '../core/ledger/canonical.ts';
import { exampleManifest } from '../core/release/manifest.fixture.ts';
import type { FileTree, ReleaseManifest } from '../core/release/manifest.ts';
import { digestOf } from '../core/release/seal.ts';
import { openWorkshop, type Workshop } from './service.fixture.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await openWorkshop();
});
afterEach(() => shop.close());

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
    await expect(shop.prepare(await withTree(files))).rejects.toMatchObject({ code: 'release-invalid' });
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
      await expect(shop.prepare(await withTree([file('a')], change))).rejects.toMatchObject({
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
    await expect(shop.prepare(both)).rejects.toMatchObject({ code: 'release-invalid' });
  });

  test('a size that the list and the manifest agree on, but not the bytes, is noticed', async () => {
    const { digest } = await shop.blobs.put(
      canonicalize({ schema: 'tidegate.tree/v1', files: [{ ...file('a'), bytes: 9 }] }),
    );
    const lying = exampleManifest({ components: [{ name: 'code', path: '.', digest, files: 1, bytes: 9 }] });
    for (const sharesFiles of [true, false]) {
      await expect(shop.prepare(lying, { sharesFiles })).rejects.toMatchObject({ code: 'blob-corrupt' });
    }
  });

  test('a release for another machine, or of somebody else, is not prepared', async () => {
    const manifest = await withTree([file('a')]);
    const foreign = {
      ...manifest,
      serving: { ...manifest.serving, platform: { os: 'plan9', arch: 'vax' } },
    } as ReleaseManifest;
    await expect(shop.prepare(foreign)).rejects.toMatchObject({ code: 'platform-mismatch' });
    const external = exampleManifest({
      serving: {
        kind: 'external',
        address: 'http://x',
        ready: { path: '/', timeoutMs: 1 },
        fingerprint: null,
      },
    });
    await expect(shop.prepare(external)).rejects.toMatchObject({ code: 'bad-request' });
  });
});

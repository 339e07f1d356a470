import { describe, expect, test } from 'vitest';
import { fileTree } from './file-tree.ts';
import { exampleManifest } from './manifest.fixture.ts';
import { contentDigest, digestOf, manifestDigest, treeDigest } from './seal.ts';

describe('the digests of a release', () => {
  const manifest = exampleManifest();

  test('do not depend on the order in which members were written', () => {
    const reversed = Object.fromEntries(Object.entries(manifest).reverse()) as unknown as typeof manifest;
    expect(manifestDigest(reversed)).toBe(manifestDigest(manifest));
  });

  test('version and lineage change the identity, not the contents', () => {
    const renamed = exampleManifest({
      version: '2.0.0',
      lineage: { gitCommit: null, gitDirty: true, declared: { a: 1 } },
    });
    expect(manifestDigest(renamed)).not.toBe(manifestDigest(manifest));
    expect(contentDigest(renamed)).toBe(contentDigest(manifest));
  });

  test.each([
    ['service', { service: 'other' }],
    ['overlays', { overlays: { production: { env: {}, secrets: {}, replicas: 3, strategy: null } } }],
    ['protocol', { protocol: 'openai' }],
  ] as const)('%s is contents', (_name, change) => {
    expect(contentDigest(exampleManifest(change))).not.toBe(contentDigest(manifest));
  });

  test('a file list has one order', () => {
    const file = (path: string) => ({
      path,
      digest: digestOf(Buffer.from(path)),
      bytes: 1,
      executable: false,
    });
    const [a, b, c] = ['B', 'a/b', 'a-b'].map(file);
    expect(treeDigest(fileTree([a!, b!, c!]))).toBe(treeDigest(fileTree([c!, a!, b!])));
    expect(fileTree([a!, b!, c!]).files.map((each) => each.path)).toEqual(['B', 'a-b', 'a/b']);
  });

  test('is the SHA-256 of the canonical bytes', () => {
    expect(treeDigest({ files: [], schema: 'tidegate.tree/v1' })).toBe(
      digestOf(Buffer.from('{"files":[],"schema":"tidegate.tree/v1"}')),
    );
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../core/release/seal.ts';
import { blobsContract } from '../../ports/blobs.contract.ts';
import { openFileBlobs } from './blobs.ts';

const makeDirectory = () => mkdtemp(join(tmpdir(), 'tidegate-blobs-'));
const blobPath = (directory: string, digest: string) => join(directory, 'blobs/sha256', digest.slice(7));
const listBlobs = (directory: string) => readdir(join(directory, 'blobs/sha256'));

blobsContract('the store of files', async (maxBytes) => {
  const directory = await makeDirectory();
  return {
    blobs: await openFileBlobs(directory, { maxBytes }),
    reopen: () => openFileBlobs(directory, { maxBytes }),
    corrupt: (digest, bytes) => writeFile(blobPath(directory, digest), bytes),
    close: () => rm(directory, { recursive: true, force: true }),
  };
});

describe('on the disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await makeDirectory();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  test('is an OCI image layout that only its owner can read', async () => {
    await chmod(directory, 0o755);
    const blobs = await openFileBlobs(directory);
    const { digest } = await blobs.put(Buffer.from('a'));
    expect(JSON.parse(await readFile(join(directory, 'oci-layout'), 'utf8'))).toEqual({
      imageLayoutVersion: '1.0.0',
    });
    expect(JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'))).toMatchObject({
      schemaVersion: 2,
      manifests: [],
    });
    for (const each of ['', 'blobs', 'blobs/sha256'])
      expect((await stat(join(directory, each))).mode & 0o777).toBe(0o700);
    expect((await stat(blobPath(directory, digest))).mode & 0o777).toBe(0o600);
  });

  test('a failed write leaves no file', async () => {
    const blobs = await openFileBlobs(directory, { maxBytes: 10 });
    await expect(blobs.put(Buffer.alloc(11))).rejects.toMatchObject({ code: 'too-large' });
    await expect(blobs.put(Buffer.from('b'), digestOf(Buffer.from('a')))).rejects.toMatchObject({
      code: 'blob-corrupt',
    });
    expect(await listBlobs(directory)).toEqual([]);
  });

  test('what a killed writer left goes when the store is opened, what a living one writes stays', async () => {
    await openFileBlobs(directory);
    const writer = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { openFileBlobs } from ${JSON.stringify(join(import.meta.dirname, 'blobs.ts'))};
         const blobs = await openFileBlobs(process.argv[1]);
         async function* endless() { yield Buffer.from('half'); process.stdout.write('writing'); await new Promise((done) => setTimeout(done, 60_000)); }
         await blobs.put(endless());`,
        directory,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(writer.stdout, 'data');
    await openFileBlobs(directory);
    expect(await listBlobs(directory)).toHaveLength(1);
    const ended = once(writer, 'exit');
    writer.kill('SIGKILL');
    await ended;
    expect(await listBlobs(directory)).toHaveLength(1);
    await openFileBlobs(directory);
    expect(await listBlobs(directory)).toEqual([]);
  });

  test('names that are no digests never become paths', async () => {
    const blobs = await openFileBlobs(directory);
    const evil = 'sha256:../../../etc/passwd' as `sha256:${string}`;
    await expect(blobs.read(evil)).rejects.toMatchObject({ code: 'bad-request' });
    await expect(blobs.has(evil)).rejects.toMatchObject({ code: 'bad-request' });
    await expect(blobs.put(Buffer.from('x'), evil)).rejects.toMatchObject({ code: 'bad-request' });
  });

  test('a gigantic blob passes through in pieces', async () => {
    const blobs = await openFileBlobs(directory);
    const piece = Buffer.alloc(1024 * 1024, 3);
    const pieces = async function* () {
      for (let i = 0; i < 256; i++) yield piece;
    };
    const before = process.memoryUsage().rss;
    const { digest, bytes } = await blobs.put(pieces());
    let seen = 0;
    for await (const chunk of blobs.open(digest)) seen += chunk.length;
    expect([bytes, seen]).toEqual([256 * piece.length, 256 * piece.length]);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * piece.length);
  });

  test('a full disk is named, and nothing stays behind', async (context) => {
    const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0;
    if (!namespaces) {
      if (process.env.CI)
        throw new Error('This test needs user namespaces (unshare -rm) for a small file system of its own.');
      return context.skip('needs user namespaces (unshare -rm) for a small file system of its own');
    }
    const mount = join(directory, 'small');
    await mkdir(mount);
    const script = `import { openFileBlobs } from ${JSON.stringify(join(import.meta.dirname, 'blobs.ts'))};
      import { readdir } from 'node:fs/promises';
      const blobs = await openFileBlobs(process.argv[1] + '/store');
      const kept = await blobs.put(Buffer.alloc(100_000, 1));
      let code;
      await blobs.put(Buffer.alloc(3_000_000, 2)).catch((error) => { code = error.code; });
      await blobs.read(kept.digest);
      await blobs.put(Buffer.alloc(100_000, 3));
      console.log(JSON.stringify({ code, files: (await readdir(process.argv[1] + '/store/blobs/sha256')).length }));`;
    const child = spawnSync(
      'unshare',
      [
        '-rm',
        'sh',
        '-c',
        'mount -t tmpfs -o size=2m tmpfs "$1" && exec "$2" --input-type=module -e "$3" "$1"',
        'sh',
        mount,
        process.execPath,
        script,
      ],
      { encoding: 'utf8', timeout: 20_000 },
    );
    expect(child.stderr).toBe('');
    expect(JSON.parse(child.stdout)).toEqual({ code: 'disk-full', files: 2 });
  });
});

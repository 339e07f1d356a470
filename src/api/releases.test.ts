import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../core/release/seal.ts';
import { openTestApi, type TestApi } from './testing/open-test-api.ts';
import { sealTestRelease } from './testing/seal-test-release.ts';

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi({ maxBlobBytes: 1_000 });
});
afterEach(() => api.close());

const releases = '/services/demo/releases';
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

describe('blobs', () => {
  it('are stored under their digest and found again', async () => {
    const digest = digestOf(bytes('hello'));
    expect(await api.client.hasBlob(digest)).toBe(false);
    const put = await api.call(`/blobs/${digest}`, { method: 'PUT', body: bytes('hello') });
    expect(await put.json()).toEqual({ digest, bytes: 5 });
    expect(await api.client.hasBlob(digest)).toBe(true);
    expect((await api.call(`/blobs/${digest}`)).status).toBe(404);
  });

  it('are refused when they are not what they are called, or too large', async () => {
    const digest = digestOf(bytes('hello'));
    const wrong = await api.call(`/blobs/${digest}`, { method: 'PUT', body: bytes('other') });
    expect(await wrong.json()).toMatchObject({ code: 'bad-request', status: 400 });
    expect(await api.client.hasBlob(digest)).toBe(false);
    const large = bytes('x'.repeat(1_001));
    const pieces = (async function* () {
      yield large.subarray(0, 600);
      yield large.subarray(600);
    })();
    await expect(api.client.putBlob(digestOf(large), pieces)).rejects.toMatchObject({ code: 'too-large' });
    expect((await api.call('/blobs/sha256:xyz', { method: 'PUT', body: large })).status).toBe(400);
  });

  it('pass on what reading them threw', async () => {
    const fault = new Error('the file changed');
    // biome-ignore lint/correctness/useYield: it fails before its first piece.
    const pieces = (async function* (): AsyncGenerator<Uint8Array> {
      throw fault;
    })();
    await expect(api.client.putBlob(digestOf(bytes('x')), pieces)).rejects.toBe(fault);
  });
});

describe('releases', () => {
  it('need all their bytes first, and say which are missing', async () => {
    const manifest = await sealTestRelease(null, '1.0.0', 'a');
    const response = await api.post(releases, { manifest, isVersionAsked: true });
    expect(response.status).toBe(404);
    const problem = (await response.json()) as { code: string; data: { missing: string[] } };
    expect(problem.code).toBe('blob-missing');
    expect(problem.data.missing).toContain(manifest.components[0]!.digest);
    await sealTestRelease(api.blobs, '1.0.0', 'a');
    expect((await api.post(releases, { manifest, isVersionAsked: true })).status).toBe(200);
  });

  it('with the same contents are the same release, unless a version was asked for', async () => {
    const first = await api.client.createRelease(
      'demo',
      await sealTestRelease(api.blobs, '1.0.0', 'a'),
      false,
    );
    const again = await api.client.createRelease(
      'demo',
      await sealTestRelease(api.blobs, '1.0.1', 'a'),
      false,
    );
    expect(again.release).toBe(first.release);
    const asked = await api.client.createRelease(
      'demo',
      await sealTestRelease(api.blobs, '2.0.0', 'a'),
      true,
    );
    expect(asked.manifest.version).toBe('2.0.0');
    expect((await api.client.releases('demo')).map(({ version }) => version)).toEqual(['2.0.0', '1.0.0']);
  });

  it('under a version that has other contents are refused', async () => {
    await api.client.createRelease('demo', await sealTestRelease(api.blobs, '1.0.0', 'a'), true);
    const other = await sealTestRelease(api.blobs, '1.0.0', 'b');
    await expect(api.client.createRelease('demo', other, true)).rejects.toMatchObject({
      code: 'version-taken',
    });
  });

  it('that are no releases, or of another service, are refused', async () => {
    const manifest = await sealTestRelease(api.blobs, '1.0.0', 'a');
    const send = async (given: unknown, path = releases) =>
      (await api.post(path, { manifest: given, isVersionAsked: true })).json();
    expect(await send({ ...manifest, extra: 1 })).toMatchObject({ code: 'release-invalid' });
    expect(await send({ ...manifest, version: 'latest' })).toMatchObject({ code: 'release-invalid' });
    expect(await send(manifest, '/services/other/releases')).toMatchObject({ code: 'bad-request' });
    expect(await send('text')).toMatchObject({ code: 'bad-request' });
    expect(api.engine.catalog.services.size).toBe(0);
  });

  it('get the next version, and keep the one their contents have', async () => {
    expect(await api.client.nextVersion('demo')).toEqual({ version: '1.0.0', exists: false });
    const { content } = await api.client.createRelease(
      'demo',
      await sealTestRelease(api.blobs, '1.4.2', 'a'),
      true,
    );
    expect(await api.client.nextVersion('demo')).toEqual({ version: '1.4.3', exists: false });
    expect(await api.client.nextVersion('demo', { step: 'minor' })).toMatchObject({ version: '1.5.0' });
    expect(await api.client.nextVersion('demo', { content })).toEqual({ version: '1.4.2', exists: true });
  });

  it('are listed page by page', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0'])
      await api.client.createRelease('demo', await sealTestRelease(api.blobs, version, version), true);
    const page = async (query: string) =>
      (await (await api.call(`${releases}?${query}`)).json()) as {
        items: { version: string }[];
        next: string | null;
      };
    const first = await page('limit=2');
    expect(first.items.map(({ version }) => version)).toEqual(['1.2.0', '1.1.0']);
    const second = await page(`limit=2&cursor=${first.next}`);
    expect(second).toMatchObject({ items: [{ version: '1.0.0' }], next: null });
    expect((await api.call(`${releases}?limit=0`)).status).toBe(400);
    expect((await api.call(`${releases}?cursor=x`)).status).toBe(400);
  });
});

it('a JSON body has at most 1 MiB, and must be JSON', async () => {
  const large = await api.post(releases, { manifest: 'x'.repeat(2 ** 20), isVersionAsked: true });
  expect(large.status).toBe(413);
  expect(await large.json()).toMatchObject({ code: 'too-large' });
  const broken = await api.call(releases, {
    method: 'POST',
    body: '{',
    headers: { 'content-type': 'application/json' },
  });
  expect(broken.status).toBe(400);
  expect(await broken.json()).toMatchObject({ code: 'bad-request' });
  expect(api.failures).toEqual([]);
});

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EvaluationConfig } from '../config/service-config.ts';
import type { RunSpec } from '../core/release/manifest.ts';
import { contentDigest, digestOf, manifestDigest } from '../core/release/seal.ts';
import { parseTree } from './manifest-schema.ts';
import { openWorkshop, serviceConfig, type Workshop } from './service.fixture.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await openWorkshop();
});
afterEach(() => shop.close());

const evaluation: EvaluationConfig = {
  golden: 'golden.jsonl',
  request: { method: 'POST', path: '/', body: null },
  answer: '',
  positive: null,
  concurrency: 1,
  timeoutMs: 1_000,
};
const pathsOf = async (digest: `sha256:${string}`) =>
  parseTree(await shop.blobs.read(digest)).files.map((file) => file.path);

describe('sealing', () => {
  test('a Node project: every component apart, the golden set and the service file in none', async () => {
    await shop.write({
      ...{ 'server.js': 's', 'package.json': '{}', 'package-lock.json': '{}', 'tidegate.yaml': 'service: x' },
      ...{ 'model/weights.bin': new Uint8Array(3_000_000), 'prompts/system.md': 'Be good.' },
      'golden.jsonl': '{"a":1}\n\n{"a":2}\r\n{"a":3}',
    });
    const manifest = await shop.seal(
      serviceConfig({
        components: {
          code: { files: null, install: 'npm ci' },
          model: { path: 'model' },
          prompt: { path: 'prompts/system.md' },
        },
        run: { command: 'node server.js' },
        evaluation,
        lineage: { note: 'x' },
        overlays: { production: { env: { A: '1' }, secrets: {}, replicas: 3, strategy: null } },
      }),
    );
    expect(manifest.components.map(({ name, path, files, bytes }) => [name, path, files, bytes])).toEqual([
      ['code', '.', 3, 5],
      ['model', 'model', 1, 3_000_000],
      ['prompt', 'prompts', 1, 8],
    ]);
    expect(await pathsOf(manifest.components[0]!.digest)).toEqual([
      'package-lock.json',
      'package.json',
      'server.js',
    ]);
    expect(manifest.evaluation?.golden).toEqual({
      digest: digestOf(Buffer.from('{"a":1}\n\n{"a":2}\r\n{"a":3}')),
      cases: 3,
    });
    expect(manifest.serving).toMatchObject({
      install: 'npm ci',
      interpreter: { name: 'node', version: process.versions.node },
      platform: { os: process.platform, arch: process.arch },
    });
    expect(manifest.lineage).toEqual({ gitCommit: null, gitDirty: false, declared: { note: 'x' } });
    expect(manifest.overlays.production?.replicas).toBe(3);
  });

  test('a Python project names its Python', async () => {
    await shop.write({ 'app.py': 'print(1)', 'requirements.txt': '' });
    const manifest = await shop.seal(
      serviceConfig({ run: { command: '.venv/bin/python app.py' }, install: 'python3 -m venv .venv' }),
    );
    const version = execFileSync('python3', ['--version'], { encoding: 'utf8' }).trim().split(' ')[1];
    expect((manifest.serving as RunSpec).interpreter).toEqual({ name: 'python3', version });
  });

  test('an unchanged tree has the same contents, and sends nothing again', async () => {
    await shop.write({ 'a.txt': 'a', 'b.txt': 'b' });
    const first = await shop.seal(serviceConfig());
    const sent = shop.sent.length;
    let asked: string | undefined;
    const second = await shop.seal(serviceConfig({ lineage: { run: 7 } }), {
      version: (content) => {
        asked = content;
        return '1.0.1';
      },
    });
    expect(shop.sent).toHaveLength(sent);
    expect(contentDigest(second)).toBe(contentDigest(first));
    expect(asked).toBe(contentDigest(first));
    expect(second.version).toBe('1.0.1');
    expect(manifestDigest(second)).not.toBe(manifestDigest(first));

    await shop.write({ 'b.txt': 'B' });
    const third = await shop.seal(serviceConfig());
    expect(contentDigest(third)).not.toBe(contentDigest(first));
    // The changed file and the new list; not the file that stayed.
    expect(shop.sent).toHaveLength(sent + 2);
  });

  test('what runs and how is part of the contents; what the golden set says is no code', async () => {
    await shop.write({ 'a.txt': 'a', 'golden.jsonl': '{}\n' });
    const base = await shop.seal(serviceConfig({ evaluation }));
    const replicas = await shop.seal(serviceConfig({ evaluation, run: { replicas: 2 } }));
    await shop.write({ 'golden.jsonl': '{}\n{}\n' });
    const examined = await shop.seal(serviceConfig({ evaluation }));
    expect(new Set([base, replicas, examined].map(contentDigest)).size).toBe(3);
    expect(new Set([base, replicas, examined].map((each) => each.components[0]!.digest)).size).toBe(1);
  });

  test('commit and state of the working tree are told', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
        cwd: shop.project,
        encoding: 'utf8',
      });
    await shop.write({ 'a.txt': 'a' });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'x');
    const commit = git('rev-parse', 'HEAD').trim();
    expect((await shop.seal(serviceConfig())).lineage).toMatchObject({ gitCommit: commit, gitDirty: false });
    await shop.write({ '.tidegate/admin-token': 'x', 'sub/.DS_Store': 'x' });
    expect((await shop.seal(serviceConfig())).lineage).toMatchObject({ gitDirty: false });
    await shop.write({ 'a.txt': 'changed' });
    const dirty = await shop.seal(serviceConfig());
    expect(dirty.lineage).toMatchObject({ gitCommit: commit, gitDirty: true });
    expect(await shop.blobs.has(digestOf(Buffer.from('changed')))).toBe(true);
  });

  test('tells how far it is', async () => {
    await shop.write({ 'a.txt': 'aaa', 'b.txt': 'bb' });
    const told: unknown[] = [];
    await shop.seal(serviceConfig(), { onProgress: (progress) => told.push(progress) });
    expect(told).toHaveLength(2);
    expect(told.at(-1)).toEqual({ files: 2, filesInAll: 2, bytes: 5, bytesInAll: 5 });
  });
});

describe('sealing refuses', () => {
  test('what looks like a secret, unless it is allowed', async () => {
    await shop.write({ 'a.txt': 'a', 'keys/server.pem': `${'-----BEGIN'} PRIVATE KEY-----\n` });
    await expect(shop.seal(serviceConfig())).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringMatching(/keys\/server\.pem.*private key/),
      todo: expect.stringContaining('--allow-secret-like'),
    });
    expect(await shop.blobs.has(digestOf(Buffer.from(`${'-----BEGIN'} PRIVATE KEY-----\n`)))).toBe(false);
    await shop.seal(serviceConfig(), { allowsSecretLike: true });
  });

  test('a file that changes while it is read, whichever way', async () => {
    const big = join(shop.project, 'big.bin');
    const seal = (meddle: () => void) => {
      let meddled = 0;
      return shop.seal(serviceConfig(), {
        put: async (pieces, digest) => {
          for await (const _piece of pieces) {
            if (meddled++ < 1) meddle();
          }
          shop.sent.push(digest);
        },
      });
    };
    await shop.write({ 'big.bin': new Uint8Array(4_000_000) });
    // Once: the second attempt seals what is there now.
    const manifest = await seal(() => appendFileSync(big, 'more'));
    expect(manifest.components[0]!.bytes).toBe(4_000_004);
    // Same length, and a modification time set back: the time of the last change of its state gives it away.
    const again = await seal(() => {
      writeFileSync(big, new Uint8Array(4_000_004).fill(1));
      utimesSync(big, 1, 1);
    });
    expect(again.components[0]!.bytes).toBe(4_000_004);
    expect(again.components[0]!.digest).not.toBe(manifest.components[0]!.digest);
    // Always: it gives up.
    const endless = shop.seal(serviceConfig(), {
      put: async (pieces) => {
        for await (const _piece of pieces) appendFileSync(big, 'x');
      },
    });
    await expect(endless).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('changes while it is read'),
    });
  });

  test('files that cannot stand beside each other', async () => {
    await shop.write({ 'README.md': '', 'readme.md': '' });
    await expect(shop.seal(serviceConfig())).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('README.md'),
    });
  });

  test('a golden set without cases or without a file', async () => {
    await shop.write({ 'a.txt': '', 'golden.jsonl': '\n \n' });
    await expect(shop.seal(serviceConfig({ evaluation }))).rejects.toMatchObject({
      message: expect.stringContaining('no cases'),
    });
    await rm(join(shop.project, 'golden.jsonl'));
    await expect(shop.seal(serviceConfig({ evaluation }))).rejects.toMatchObject({
      message: expect.stringContaining('no golden set'),
    });
  });

  test('a link that leads out, before anything is sent', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'tidegate-outside-'));
    await writeFile(join(outside, 'secret.txt'), 'secret');
    await shop.write({ 'a.txt': '' });
    await symlink(join(outside, 'secret.txt'), join(shop.project, 'b.txt'));
    await expect(shop.seal(serviceConfig())).rejects.toMatchObject({ code: 'seal-failed' });
    expect(shop.sent).toEqual([]);
    await rm(outside, { recursive: true });
  });

  test('a version that is none, and passes on what the target throws', async () => {
    await shop.write({ 'a.txt': '' });
    await expect(shop.seal(serviceConfig(), { version: 'v1' })).rejects.toMatchObject({
      code: 'seal-failed',
    });
    expect(shop.sent).toEqual([]);
    const put = () => Promise.reject(new Error('the line broke'));
    await expect(shop.seal(serviceConfig(), { put })).rejects.toThrow('the line broke');
  });
});

describe('an external release', () => {
  test('is known by what its address answers', async () => {
    let answer = 'model 7';
    let status = 200;
    const server = createServer((_request, response) =>
      response.writeHead(status, { location: '/x' }).end(answer),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = (fingerprintPath: string | null) =>
      serviceConfig({
        components: { code: null },
        serving: { kind: 'external', address, ready: { path: '/', timeoutMs: 1_000 }, fingerprintPath },
      });
    try {
      const first = await shop.seal(config('/version'));
      expect(first.serving).toMatchObject({
        fingerprint: { path: '/version', digest: digestOf(Buffer.from('model 7')) },
      });
      expect(first.components).toEqual([]);
      answer = 'model 8';
      expect(contentDigest(await shop.seal(config('/version')))).not.toBe(contentDigest(first));
      expect((await shop.seal(config(null))).serving).toMatchObject({ fingerprint: null });
      for (status of [404, 302]) {
        await expect(shop.seal(config('/version'))).rejects.toMatchObject({
          code: 'seal-failed',
          message: expect.stringContaining(String(status)),
        });
      }
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await expect(shop.seal(config('/version'))).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('did not answer'),
    });
  });
});

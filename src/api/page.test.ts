import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servePage } from './page.ts';
import { problemResponse } from './problem-response.ts';

let top: string;
const app = new Hono();
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'tidegate-page-'));
  await mkdir(join(top, 'web', 'assets'), { recursive: true });
  await writeFile(join(top, 'web', 'index.html'), '<!doctype html>');
  await writeFile(join(top, 'web', 'assets', 'index-1a2b.js'), 'export {};');
  await writeFile(join(top, 'web', 'notes.txt'), 'no known type');
  await writeFile(join(top, 'secret.json'), '{}');
  app.get('*', servePage(join(top, 'web')));
  app.onError((error) => problemResponse(error, () => {}));
});
afterAll(() => rm(top, { recursive: true, force: true }));

it('serves its files, and the page itself for every view', async () => {
  for (const path of ['/', '/lanes/production/demo']) {
    const response = await app.request(path);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('cache-control')).toBe('no-cache');
  }
  const script = await app.request('/assets/index-1a2b.js');
  expect(script.headers.get('content-type')).toContain('text/javascript');
  expect(script.headers.get('cache-control')).toContain('immutable');
});

it('serves nothing else', async () => {
  for (const path of [
    '/../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/assets/..%2f..%2fsecret.json',
    '/%2fetc%2fpasswd.json',
    '/notes.txt',
    '/absent.js',
    '/%ff.js',
  ])
    expect((await app.request(`http://127.0.0.1${path}`)).status).toBe(404);
});

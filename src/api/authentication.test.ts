import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi, type TestApi, testToken } from './testing/open-test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const document = JSON.parse(readFileSync(new URL('../../schema/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, unknown>>;
};

const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    method: method.toUpperCase(),
    path: `/api/v1${path
      .replace('{digest}', `sha256:${'0'.repeat(64)}`)
      .replace('{environment}', 'staging')
      .replaceAll(/\{\w+\}/g, 'demo')}`,
  })),
);

const login = async (): Promise<string> => {
  const response = await api.app.request('/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: testToken }),
  });
  expect(response.status).toBe(200);
  return response.headers.get('set-cookie')!;
};

describe('every route of the OpenAPI document', () => {
  it('is there', () => expect(routes.length).toBeGreaterThan(25));

  it.each(routes)('$method $path needs a token', async ({ method, path }) => {
    for (const authorization of [undefined, 'Bearer wrong', `Basic ${testToken}`, `Bearer ${testToken}x`]) {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await api.app.request(path, { method, headers });
      expect(response.status).toBe(401);
      if (method === 'HEAD') continue;
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ code: 'unauthenticated', status: 401 });
    }
  });

  it.each(routes)('$method $path answers something else than 401 with one', async ({ method, path }) => {
    const response = await api.app.request(path, {
      method,
      headers: { authorization: `Bearer ${testToken}` },
    });
    expect(response.status).not.toBe(401);
    await response.body?.cancel();
  });

  it.each(routes)('$method $path lets the cookie of the page read only', async ({ method, path }) => {
    const cookie = (await login()).split(';')[0]!;
    const response = await api.app.request(path, { method, headers: { cookie } });
    if (method === 'GET' || method === 'HEAD') expect([401, 403]).not.toContain(response.status);
    else expect(response.status).toBe(403);
    await response.body?.cancel();
  });
});

describe('the login of the page', () => {
  it('gives a cookie that no script and no other site can use', async () => {
    const cookie = await login();
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
    expect(cookie).toMatch(/Max-Age=\d+/i);
    expect(cookie).not.toContain(testToken);
  });

  it('refuses a wrong token, a form and a huge body', async () => {
    const send = (body: string, type: string) =>
      api.app.request('/login', { method: 'POST', headers: { 'content-type': type }, body });
    expect((await send('{"token":"wrong"}', 'application/json')).status).toBe(401);
    expect((await send(`token=${testToken}`, 'application/x-www-form-urlencoded')).status).toBe(400);
    expect((await send(JSON.stringify({ token: 'x'.repeat(10_000) }), 'application/json')).status).toBe(413);
  });

  it('ends with the logout', async () => {
    const cookie = (await login()).split(';')[0]!;
    await api.app.request('/logout', { method: 'POST', headers: { cookie } });
    expect((await api.app.request('/api/v1/info', { headers: { cookie } })).status).toBe(401);
  });
});

describe('what is open to everybody', () => {
  it('is the health check and nothing that is not there', async () => {
    expect((await api.app.request('/healthz')).status).toBe(200);
    expect((await api.app.request('/nothing')).status).toBe(404);
    expect((await api.app.request('/api/v2/info')).status).toBe(404);
  });

  it('refuses another name in the Host header', async () => {
    for (const host of ['evil.example', 'evil.example:7070', '127.0.0.1.evil.example', '10.0.0.1', ''])
      expect((await api.app.request('/healthz', { headers: { host } })).status).toBe(403);
    for (const host of ['127.0.0.1:7070', 'localhost', '[::1]:7070'])
      expect((await api.app.request('/healthz', { headers: { host } })).status).toBe(200);
  });

  it('carries a strict policy for the page', async () => {
    const { headers } = await api.app.request('/healthz');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

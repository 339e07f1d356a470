import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { TidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { FindToken } from './authenticate.ts';
import { type Sessions, sessionCookie } from './sessions.ts';

/** Login and logout of the page: a token once, then a cookie that can only read. */
export const loginRoutes = (findToken: FindToken, sessions: Sessions, clock: Clock): Hono => {
  const app = new Hono();
  app.post('/login', bodyLimit({ maxSize: 4_096, onError: tooLarge }), async (c) => {
    // A form of another site cannot send this type, so nobody is logged in against their will.
    if (!/^application\/json\b/.test(c.req.header('content-type') ?? ''))
      throw new TidegateError('bad-request', 'Login takes JSON: {"token": "..."}.');
    const body: unknown = await c.req.json().catch(() => null);
    const token = typeof body === 'object' && body !== null ? (body as { token?: unknown }).token : null;
    const name = typeof token === 'string' ? findToken(token) : null;
    if (name === null) throw new TidegateError('unauthenticated', 'This is not a valid token.');
    const { id, maxAgeSeconds } = sessions.open(name, clock.nowMs());
    setCookie(c, sessionCookie, id, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      maxAge: maxAgeSeconds,
      secure: new URL(c.req.url).protocol === 'https:',
    });
    return c.json({ name });
  });
  app.post('/logout', (c) => {
    const id = getCookie(c, sessionCookie);
    if (id !== undefined) sessions.close(id);
    deleteCookie(c, sessionCookie, { path: '/' });
    return c.body(null, 204);
  });
  return app;
};

const tooLarge = (): never => {
  throw new TidegateError('too-large', 'A login has at most 4 KiB.');
};

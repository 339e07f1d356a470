import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { TidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type Sessions, sessionCookie } from './sessions.ts';

/** What every handler knows about its caller. */
export interface ApiEnv {
  Variables: { actor: string };
}

/** Finds the name of a token, in a time that does not depend on it; null when it is nobody's. */
export type FindToken = (token: string) => string | null;

export const tokenFinder = (tokens: readonly { name: string; token: string }[]): FindToken => {
  const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
  const known = tokens.map(({ name, token }) => ({ name, digest: digestOf(token) }));
  return (token) => {
    const digest = digestOf(token);
    let found: string | null = null;
    for (const one of known) if (timingSafeEqual(one.digest, digest)) found = one.name;
    return found;
  };
};

/**
 * Lets through who shows a token, or who reads with the cookie of the page. The cookie changes nothing: a page of some
 * other site can make a browser send it, a token it cannot.
 */
export const authenticate = (
  findToken: FindToken,
  sessions: Sessions,
  clock: Clock,
): MiddlewareHandler<ApiEnv> => {
  return async (c, next) => {
    const isReading = c.req.method === 'GET' || c.req.method === 'HEAD';
    const name = byToken(c, findToken) ?? (isReading ? bySession(c, sessions, clock) : null);
    if (name === null) {
      const cookieOnly = !isReading && bySession(c, sessions, clock) !== null;
      throw cookieOnly
        ? new TidegateError('forbidden', 'The login of the page can only read.', {
            todo: 'Use the command line, or send the token as `authorization: Bearer ...`.',
          })
        : new TidegateError('unauthenticated', 'This request carries no valid token.');
    }
    c.set('actor', actorOf(name, c.req.header('tidegate-actor')));
    await next();
  };
};

/** What the request shows as its token; null when it shows none. */
export const bearerToken = (c: Context): string | null =>
  /^Bearer +([\x21-\x7e]{1,512})$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? null;

const byToken = (c: Context, findToken: FindToken): string | null => {
  const token = bearerToken(c);
  return token === null ? null : findToken(token);
};

const bySession = (c: Context, sessions: Sessions, clock: Clock): string | null => {
  const id = getCookie(c, sessionCookie);
  return id === undefined ? null : sessions.find(id, clock.nowMs());
};

/** Several people may share a token; the header says, unproven, who it was. */
const actorOf = (name: string, claimed: string | undefined): string => {
  const person = claimed?.trim() ?? '';
  if (person === '') return name;
  if (!/^[\x20-\x27\x2a-\x7e]{1,64}$/.test(person))
    throw new TidegateError(
      'bad-request',
      'The header tidegate-actor takes at most 64 printable ASCII characters without parentheses.',
    );
  return `${name} (${person})`;
};

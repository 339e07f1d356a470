import { readFile } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import type { Handler } from 'hono';
import { TidegateError } from '../errors.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
};

/** Serves the built page. A path without an extension is a view of the page, so it gets `index.html`. */
export const servePage = (directory: string): Handler => {
  const root = resolve(directory);
  return async (c) => {
    const { pathname } = new URL(c.req.url);
    const file = extname(pathname) === '' ? 'index.html' : decode(pathname).slice(1);
    const path = resolve(root, file);
    const type = types[extname(path)];
    if (type === undefined || !path.startsWith(root + sep)) throw nothing(pathname);
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw nothing(pathname, cause);
    });
    // The bundler names what never changes by its hash.
    const isHashed = path.startsWith(join(root, 'assets') + sep);
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': type,
      'cache-control': isHashed ? 'private, max-age=31536000, immutable' : 'no-cache',
    });
  };
};

const decode = (pathname: string): string => {
  try {
    return decodeURIComponent(pathname);
  } catch (cause) {
    throw nothing(pathname, cause);
  }
};

const nothing = (pathname: string, cause?: unknown): TidegateError =>
  new TidegateError('not-found', `There is nothing at ${pathname}.`, { cause });

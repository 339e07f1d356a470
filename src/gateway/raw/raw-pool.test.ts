import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { buildConnector, type Dispatcher } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { openRawPool, type RawPool, type RawRequest } from './raw-pool.ts';

interface Heard {
  status: number;
  body: string;
  error: string | null;
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngood';

describe('a pool of raw connections', () => {
  const open = new Set<Socket>();
  let server: Server | null = null;
  let pool: RawPool | null = null;
  afterEach(async () => {
    pool?.destroy();
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  });

  /** An upstream that gives the answer that `answerTo` makes of the request line, and a pool before it. */
  const start = async (
    answerTo: (line: string, socket: Socket) => string,
    keepAliveMs = 2_000,
  ): Promise<RawPool> => {
    server = createServer((socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => {});
      socket.on('data', (chunk) =>
        socket.write(answerTo(chunk.toString('latin1').split('\r\n', 1)[0]!, socket)),
      );
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const origin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    pool = openRawPool({
      origin,
      connect: (at, onread, done) =>
        buildConnector({ timeout: 1_000, onread } as buildConnector.BuildOptions)(at, done as never),
      keepAliveMs,
    });
    return pool;
  };
  const ask = (
    of: RawPool,
    path: string,
    more: Partial<RawRequest> & {
      onStart?: (call: Dispatcher.DispatchController) => void;
      onHead?: () => void;
    } = {},
  ): Promise<Heard> =>
    new Promise((resolve) => {
      const heard: Heard = { status: 0, body: '', error: null };
      of.dispatch(
        { path, method: 'GET', headers: ['host', 'a'], body: null, ...more },
        {
          onRequestStart: (call) => more.onStart?.(call),
          onResponseStart(_, status) {
            heard.status = status;
            more.onHead?.();
          },
          onResponseData: (_, chunk) => {
            heard.body += chunk.toString();
          },
          onResponseEnd: () => resolve(heard),
          onResponseError: (_, error) => resolve({ ...heard, error: error.message }),
        },
      );
    });
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  it.each([
    'HTTP/1.1 403 No\r\nset-cookie: a=evil\r\nx-a: ',
    'H',
    `HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`,
  ])('never takes what came behind an answer for the next one: %j', async (extra) => {
    const of = await start((line) => (line.startsWith('GET /one ') ? OK + extra : OK));
    expect(await ask(of, '/one')).toEqual({ status: 200, body: 'good', error: null });
    await pause(50);
    expect(await ask(of, '/two')).toEqual({ status: 200, body: 'good', error: null });
  });

  it('nor what comes on a connection that waits', async () => {
    const of = await start((_, socket) => {
      setTimeout(() => socket.write('HTTP/1.1 500 No\r\n'), 30);
      return OK;
    });
    await ask(of, '/one');
    await pause(100);
    expect(await ask(of, '/two')).toMatchObject({ status: 200, body: 'good' });
  });

  it('tells a listener that throws of the error, and does not use the connection again', async () => {
    const of = await start(() => OK);
    const heard = await ask(of, '/one', {
      onHead: () => {
        throw new Error('boom');
      },
    });
    expect(heard.error).toBe('boom');
    await pause(50);
    expect(open.size).toBe(0);
    expect(await ask(of, '/two')).toMatchObject({ status: 200, error: null });
  });

  it('keeps no connection whose request was taken back before it was sent', async () => {
    const of = await start(() => OK);
    void ask(of, '/one', { onStart: (call) => call.abort(new Error('gone')) });
    await pause(100);
    expect(open.size).toBe(0);
  });

  it('tells those who wait for a connection that there will be none', async () => {
    const of = await start(() => OK);
    const waiting = ask(of, '/one');
    of.destroy();
    expect((await waiting).error).toContain('ends');
  });

  it('refuses what is no HTTP', async () => {
    const of = await start(() => OK);
    for (const wrong of [
      { path: '/a b' },
      { method: 'G T' },
      { headers: ['x', 'a\r\nb: c'] },
      { headers: ['x y', 'a'] },
    ])
      expect((await ask(of, '/one', wrong)).error).not.toBeNull();
  });
});

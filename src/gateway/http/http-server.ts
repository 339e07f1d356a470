import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { openRawServer, type RawCounts } from '../raw/raw-server.ts';
import { openBodyBound } from './body-bound.ts';
import { closeListener } from './close-listener.ts';
import { beginAnswer, hangUp, isHungUp, makeLast } from './conversation.ts';
import { endBroken } from './end-broken.ts';
import type { Ask, Reply } from './message.ts';
import { messageFault } from './message-fault.ts';
import type { TlsCertificates } from './tls-certificates.ts';
import { openTlsDoor, type TlsDoor } from './tls-door.ts';

export interface ListenSpec {
  readonly host: string;
  readonly port: number;
  readonly isShared: boolean;
  /** A socket that listens there already, inherited from the process before; then the rest is not looked at. */
  readonly descriptor?: number;
}

/** What a client can make the server wait for or hold. */
export interface HttpLimits {
  /** Until the head of a request is complete, counted from the connection or from the end of the request before. */
  readonly headersTimeoutMs: number;
  /** Until the body is complete as well. */
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly checkEveryMs: number;
  readonly connectionsAtMost: number;
  /** Of one request. */
  readonly bodyBytesAtMost: number;
  /** From the connection to the end of the TLS handshake. */
  readonly handshakeTimeoutMs: number;
  readonly handshakesAtMost: number;
}

export interface HttpServer {
  readonly server: Server;
  /** Resolves to the origin it listens on. */
  listen(at: ListenSpec): Promise<string>;
  /** Ends what is nobody's request: connections that are idle or still in their handshake. */
  closeIdle(): void;
  closeAll(): void;
  /** Null without the raw transport. */
  rawCounts(): RawCounts | null;
  /** Connections whose TLS handshake is not complete. */
  handshakes(): number;
  /**
   * Accepts nothing more, and makes the next answer on each connection its last; those on which nothing is asked end by their time-out. Resolves when
   * all have ended.
   */
  leave(): Promise<void>;
}

const LIMITS: HttpLimits = {
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 300_000,
  // Longer than the idle time-out of common load balancers, so that they close first.
  idleTimeoutMs: 75_000,
  checkEveryMs: 5_000,
  connectionsAtMost: 20_000,
  bodyBytesAtMost: 1024 ** 3,
  handshakeTimeoutMs: 10_000,
  handshakesAtMost: 1_000,
};

/**
 * An HTTP server with bounds on everything a client can make it wait for or hold. What is ambiguous never gets to `onRequest`.
 * `certificates`: it speaks HTTPS with them, and nothing else. `rawBodyBytesAtMost`: plain requests with bodies up to that length are
 * read and answered without Node's server (see `openRawServer`); null, or with certificates: none.
 */
export function openHttpServer(
  onRequest: (ask: Ask, reply: Reply) => void,
  onTrouble: (what: string, error: unknown) => void,
  overrides: Partial<HttpLimits> = {},
  certificates: TlsCertificates | null = null,
  rawBodyBytesAtMost: number | null = null,
): HttpServer {
  const limits = { ...LIMITS, ...overrides };
  const options = {
    maxHeaderSize: 32 * 1024,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    noDelay: true,
    insecureHTTPParser: false,
    requireHostHeader: false,
  };
  let server: Server;
  let door: TlsDoor | null = null;
  if (certificates === null) server = createServer(options);
  else {
    const secure = createTlsServer({ ...options, ...certificates.options });
    door = openTlsDoor(secure, { atMost: limits.handshakesAtMost, withinMs: limits.handshakeTimeoutMs });
    certificates.follow(secure);
    server = secure;
  }
  let isLeaving = false;
  const takeIn = (ask: Ask, reply: Reply): void => {
    if (isLeaving) makeLast(ask, reply);
    try {
      onRequest(ask, reply);
    } catch (error) {
      onTrouble('a request could not be handled', error);
      endBroken(reply);
    }
  };
  const raw =
    rawBodyBytesAtMost === null || certificates !== null
      ? null
      : openRawServer(server, { ...limits, bodyBytesAtMost: rawBodyBytesAtMost }, takeIn);
  server.maxHeadersCount = 200;
  server.maxConnections = limits.connectionsAtMost;
  const bodies = openBodyBound(limits.bodyBytesAtMost, Math.min(1_000, limits.checkEveryMs), ({ socket }) =>
    hangUp(socket, lastWords('413 Content Too Large')),
  );
  server.once('close', () => bodies.close());
  server.on('request', (req, res) => {
    req.on('error', () => {});
    res.on('error', () => {});
    const begun = beginAnswer(req, res);
    if (begun === 'ignored') return;
    const status =
      begun === 'too-many'
        ? 503
        : (messageFault(req) ?? (declaredBytes(req) > limits.bodyBytesAtMost ? 413 : null));
    if (status !== null) {
      makeLast(req, res);
      res.writeHead(status, { 'content-length': 0, connection: 'close' }).end();
      return;
    }
    if (req.headers['transfer-encoding'] !== undefined) bodies.watch(req);
    // Node drops what came behind such a request in the same packet; the rest of it must not be read as a message.
    if (req.headers.upgrade !== undefined) makeLast(req, res);
    takeIn(req, res);
  });
  server.on('connect', (_, socket) => {
    socket.on('error', () => {});
    hangUp(socket as Socket, lastWords('405 Method Not Allowed'));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Over TLS each packet behind the fault is one more; the last words must still get through.
    if (error.code !== 'ECONNRESET' && isHungUp(socket as Socket)) return;
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else hangUp(socket as Socket, answerTo(error.code));
  });
  return {
    server,
    listen: (at) => listen(server, certificates === null ? 'http' : 'https', at),
    closeIdle() {
      door?.endWaiting();
      raw?.closeIdle();
      server.closeIdleConnections();
    },
    closeAll() {
      raw?.closeAll();
      server.closeAllConnections();
    },
    rawCounts: () => raw?.counts() ?? null,
    handshakes: () => door?.waiting() ?? 0,
    leave() {
      isLeaving = true;
      return closeListener(server);
    },
  };
}

const declaredBytes = ({ headers }: IncomingMessage): number => Number(headers['content-length'] ?? 0);

const lastWords = (status: string): string =>
  `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;

function answerTo(code: string | undefined): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return lastWords('431 Request Header Fields Too Large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return lastWords('408 Request Timeout');
    // Bytes behind a request that was announced as the last are nobody's message.
    case 'HPE_CLOSED_CONNECTION':
      return '';
    default:
      return lastWords('400 Bad Request');
  }
}

async function listen(
  server: Server,
  scheme: 'http' | 'https',
  { host, port, isShared, descriptor }: ListenSpec,
): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const at = descriptor === undefined ? { host, port, reusePort: isShared } : { fd: descriptor };
    server.listen({ ...at, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  return `${scheme}://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

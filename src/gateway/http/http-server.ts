import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { openBodyBound } from './body-bound.ts';
import { beginAnswer, hangUp, isHungUp, makeLast } from './conversation.ts';
import { messageFault } from './message-fault.ts';
import type { TlsCertificates } from './tls-certificates.ts';
import { openTlsDoor, type TlsDoor } from './tls-door.ts';

export interface ListenSpec {
  readonly host: string;
  readonly port: number;
  readonly isShared: boolean;
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
  /** Connections whose TLS handshake is not complete. */
  handshakes(): number;
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
 * `certificates`: it speaks HTTPS with them, and nothing else.
 */
export function openHttpServer(
  onRequest: (req: IncomingMessage, res: ServerResponse) => void,
  onTrouble: (what: string, error: unknown) => void,
  overrides: Partial<HttpLimits> = {},
  certificates: TlsCertificates | null = null,
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
    try {
      onRequest(req, res);
    } catch (error) {
      onTrouble('a request could not be handled', error);
      if (res.headersSent) res.destroy();
      else res.writeHead(500, { 'content-length': 0, connection: 'close' }).end();
    }
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
      server.closeIdleConnections();
    },
    handshakes: () => door?.waiting() ?? 0,
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
  { host, port, isShared }: ListenSpec,
): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4096, reusePort: isShared }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  return `${scheme}://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

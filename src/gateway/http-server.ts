import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListenSpec {
  readonly host: string;
  readonly port: number;
  readonly isShared: boolean;
}

/** An HTTP server with bounds on everything a client can make it wait for or hold. */
export function openHttpServer(
  onRequest: (req: IncomingMessage, res: ServerResponse) => void,
  onTrouble: (what: string, error: unknown) => void,
): Server {
  const server = createServer({
    maxHeaderSize: 32 * 1024,
    headersTimeout: 20_000,
    requestTimeout: 300_000,
    // Longer than the idle time-out of common load balancers, so that they close first.
    keepAliveTimeout: 75_000,
    connectionsCheckingInterval: 5_000,
    noDelay: true,
    insecureHTTPParser: false,
    requireHostHeader: true,
  });
  server.maxHeadersCount = 200;
  server.maxConnections = 20_000;
  server.on('request', (req, res) => {
    req.on('error', () => {});
    res.on('error', () => {});
    const status = req.method === 'TRACE' ? 405 : hasSeveralHosts(req.rawHeaders) ? 400 : null;
    if (status !== null) {
      res.writeHead(status, { 'content-length': 0, connection: 'close' }).end();
      return;
    }
    try {
      onRequest(req, res);
    } catch (error) {
      onTrouble('a request could not be handled', error);
      if (res.headersSent) res.destroy();
      else res.writeHead(500, { 'content-length': 0, connection: 'close' }).end();
    }
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const status =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? '408 Request Timeout'
          : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  return server;
}

/** Node takes the first and goes on; a proxy before us may have taken the last (RFC 9112, section 3.2). */
function hasSeveralHosts(raw: readonly string[]): boolean {
  let hosts = 0;
  for (let at = 0; at < raw.length; at += 2) {
    if (raw[at]!.length === 4 && raw[at]!.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

/** Resolves to the origin it listens on. */
export async function listen(server: Server, { host, port, isShared }: ListenSpec): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4096, reusePort: isShared }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

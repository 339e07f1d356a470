import type { Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { createAdaptorServer } from '@hono/node-server';
import { TidegateError } from '../../errors.ts';

export interface Listening {
  /** Origin with the port that was given. */
  readonly address: string;
  /** Stops accepting, ends idle and streaming connections. */
  close(): Promise<void>;
}

/** How to speak HTTPS. */
export interface Securing {
  readonly options: TlsOptions;
  /** Called once, before it listens; what it gives back ends handshakes that are not complete. */
  readonly prepare: (server: TlsServer) => { endWaiting(): void };
}

/** Serves a fetch handler at an address; `securing`: over HTTPS, else over HTTP. @throws TidegateError `port-in-use`, `forbidden` (a port one may not have) */
export const listen = async (
  app: { fetch: (request: Request) => Response | Promise<Response> },
  { host, port }: { readonly host: string; readonly port: number },
  securing: Securing | null = null,
): Promise<Listening> => {
  const server = createAdaptorServer({
    fetch: app.fetch,
    ...(securing !== null && { createServer: createTlsServer, serverOptions: securing.options }),
  }) as Server;
  const door = securing?.prepare(server as TlsServer) ?? null;
  // A model of many gigabytes takes longer than Node's five minutes; slow headers are still cut off.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(named(cause, host, port)));
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  const shown = bound.address.includes(':') ? `[${bound.address}]` : bound.address;
  return {
    address: `${securing === null ? 'http' : 'https'}://${shown}:${bound.port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      door?.endWaiting();
      server.closeAllConnections();
      await closed;
    },
  };
};

const named = (cause: NodeJS.ErrnoException, host: string, port: number): unknown => {
  if (cause.code === 'EADDRINUSE')
    return new TidegateError('port-in-use', `${host}:${port} is used by another program.`, { cause });
  if (cause.code === 'EACCES')
    return new TidegateError('forbidden', `This user may not listen on ${host}:${port}.`, { cause });
  if (cause.code === 'EADDRNOTAVAIL')
    return new TidegateError('config-invalid', `${host} is not an address of this machine.`, { cause });
  return cause;
};

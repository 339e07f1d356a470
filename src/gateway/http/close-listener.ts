import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** Stops listening, and resolves when every connection has ended by itself. */
export const closeListener = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    // The server's own `close` would end idle connections at once, under the hands of a client that is about to use one.
    NetServer.prototype.close.call(server, () => resolve());
  });

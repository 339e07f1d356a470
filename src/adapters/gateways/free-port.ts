import { createServer } from 'node:net';
import { TidegateError } from '../../errors.ts';

/**
 * Throws `port-in-use` when somebody listens on the address. Sharing processes bind with `reusePort`, which would hide
 * it, so this is a plain bind.
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(
          new TidegateError('port-in-use', `Another program listens on ${host}:${port}.`, {
            cause: error,
            data: { host, port },
          }),
        );
      } else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EACCES') {
        reject(
          new TidegateError(
            'config-invalid',
            `This machine cannot listen on ${host}:${port}: ${error.message}.`,
            { cause: error },
          ),
        );
      } else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

/** All of them, before anything is left behind by a start that fails. */
export const requireFreePorts = async (
  addresses: readonly { readonly host: string; readonly port: number }[],
): Promise<void> => {
  for (const { host, port } of addresses) await requireFreePort(host, port);
};

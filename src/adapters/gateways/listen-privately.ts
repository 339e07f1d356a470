import { chmod, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { TidegateError } from '../../errors.ts';

/** Listens at a path that only this user can open. Throws `already-running` when somebody answers there. */
export async function listenPrivately(server: Server, socketPath: string): Promise<void> {
  if (await isAnswered(socketPath)) {
    throw new TidegateError('already-running', `Another control plane answers at ${socketPath}.`);
  }
  await rm(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The socket must never exist with wider permissions, not even for an instant.
    const umask = process.umask(0o177);
    try {
      server.listen(socketPath, resolve);
    } finally {
      process.umask(umask);
    }
  });
  await chmod(socketPath, 0o600);
}

const isAnswered = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(socketPath);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });

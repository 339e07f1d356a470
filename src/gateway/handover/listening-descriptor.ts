import type { Server } from 'node:http';

/** Of the listening socket; null when the server does not listen. */
export function listeningDescriptor(server: Server): number | null {
  // No public way leads from a server to its descriptor; this one is as old as Node, and a handover is refused where it is gone.
  const { _handle: handle } = server as unknown as { readonly _handle?: { readonly fd?: unknown } | null };
  return typeof handle?.fd === 'number' && handle.fd > 2 ? handle.fd : null;
}

import type { IncomingMessage } from 'node:http';

/** Watches bodies that do not say how long they are. */
export interface BodyBound {
  watch(req: IncomingMessage): void;
  close(): void;
}

/**
 * Calls `onTooLong` once for a request whose body has become longer than so many bytes on the wire. It looks every
 * `everyMs`, so what arrives within that time comes on top.
 */
export function openBodyBound(
  bytesAtMost: number,
  everyMs: number,
  onTooLong: (req: IncomingMessage) => void,
): BodyBound {
  const endsAt = new Map<IncomingMessage, number>();
  const look = (): void => {
    for (const [req, bytes] of endsAt) {
      if (req.complete || req.destroyed) endsAt.delete(req);
      else if (req.socket.bytesRead > bytes) {
        endsAt.delete(req);
        onTooLong(req);
      }
    }
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    watch: (req) => void endsAt.set(req, req.socket.bytesRead + bytesAtMost),
    close: () => clearInterval(timer),
  };
}

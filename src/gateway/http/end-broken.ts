import type { Reply } from './message.ts';

/** Ends an answer that nobody can give any more: with status 500 where nothing has been said yet. */
export function endBroken(reply: Reply): void {
  if (reply.headersSent) {
    reply.destroy();
    return;
  }
  reply.writeHead(500, { 'content-length': 0, connection: 'close' });
  reply.end();
}

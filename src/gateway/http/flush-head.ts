import type { Reply } from './message.ts';

const NOTHING = Buffer.alloc(0);

/** Sends the head that was written, before there is a body. Node's own `flushHeaders` would send it as UTF-8, so bytes beyond ASCII would change. */
export function flushHead(res: Reply): void {
  res.write(NOTHING);
}

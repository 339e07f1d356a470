import type { Reply } from './message.ts';
import { carrierOf } from './tls-carrier.ts';

/** Ends an answer that has begun so that nobody takes what came of it for the whole. */
export function breakOff(res: Reply): void {
  // To a client of HTTP/1.0 the end of the connection is the end of the answer, also where TLS ends without its last word; a reset is not.
  if (res.req.httpVersion === '1.0' && res.socket !== null) carrierOf(res.socket).resetAndDestroy();
  res.destroy();
}

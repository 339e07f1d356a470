import { canHold, letGo } from '../http/held-bytes.ts';
import type { Reply } from '../http/message.ts';
import { sendProblem } from '../http/problem.ts';
import type { RequestBody, Upload } from '../http/read-body.ts';

/** Anthropic takes no more in one request, and OpenAI little more. */
const COLLECTED_BYTES_AT_MOST = 32 * 1024 * 1024;

/**
 * The whole body of an upload, for what must be read before it can be sent on. One that is longer than the bound, or comes while
 * too much is held already, is refused here. Never calls back then, nor when the client leaves before the end.
 */
export function collectBody(res: Reply, { head, rest }: Upload, onBody: (body: RequestBody) => void): void {
  const chunks: Buffer[] = [head];
  let bytes = head.length;
  canHold(bytes);
  const stop = (): void => {
    rest.off('data', onData);
    rest.off('end', onEnd);
    rest.off('close', stop);
    letGo(bytes);
  };
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (canHold(chunk.length) && bytes <= COLLECTED_BYTES_AT_MOST) return;
    stop();
    res.setHeader('connection', 'close');
    rest.resume();
    sendProblem(
      res,
      'too-large',
      `The release needs this request translated, which is done for bodies up to ${COLLECTED_BYTES_AT_MOST} bytes.`,
    );
  };
  const onEnd = (): void => {
    stop();
    onBody({ kind: 'whole', bytes: Buffer.concat(chunks) });
  };
  rest.on('data', onData);
  rest.on('end', onEnd);
  rest.on('close', stop);
  rest.resume();
}

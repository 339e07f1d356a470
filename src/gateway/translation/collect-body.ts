import { canHold, letGo } from '../http/held-bytes.ts';
import type { Reply } from '../http/message.ts';
import { sendProblem } from '../http/problem.ts';
import type { RequestBody, Upload } from '../http/read-body.ts';

/** Anthropic takes no more in one request, and OpenAI little more. */
const COLLECTED_BYTES_AT_MOST = 32 * 1024 * 1024;

/**
 * The whole body of an upload, for what must be read before it can be sent on. One that is longer than the bound is refused here
 * with 413, one that comes while too much is held already with 503. It counts as held until the answer is over. Never calls back then, nor when the client leaves before the end.
 */
export function collectBody(res: Reply, { head, rest }: Upload, onBody: (body: RequestBody) => void): void {
  // Nothing would tell that it is over.
  if (res.destroyed) return;
  const { socket } = rest;
  let chunks: Buffer[] = [head];
  let bytes = head.length;
  let isHeld = true;
  canHold(bytes);
  const release = (): void => {
    if (!isHeld) return;
    isHeld = false;
    socket.off('close', release);
    letGo(bytes);
  };
  const stop = (): void => {
    rest.off('data', onData);
    rest.off('end', onEnd);
    rest.off('close', stop);
  };
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    const hasRoom = canHold(chunk.length);
    const isTooLong = bytes > COLLECTED_BYTES_AT_MOST;
    if (hasRoom && !isTooLong) return;
    stop();
    chunks = [];
    release();
    res.setHeader('connection', 'close');
    rest.resume();
    if (isTooLong)
      sendProblem(
        res,
        'too-large',
        `The release needs this request translated, which is done for bodies up to ${COLLECTED_BYTES_AT_MOST} bytes.`,
      );
    else
      sendProblem(
        res,
        'overloaded',
        'The release needs this request translated, and too many bodies are being held.',
      );
  };
  const onEnd = (): void => {
    stop();
    const body = Buffer.concat(chunks);
    chunks = [];
    onBody({ kind: 'whole', bytes: body });
  };
  res.once('close', release);
  // An answer that waits for one before it on the same connection is not told.
  socket.once('close', release);
  rest.on('data', onData);
  rest.on('end', onEnd);
  rest.on('close', stop);
  rest.resume();
}

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { Fault } from '../../core/evaluation/faults/fault-plan.ts';

const PIECES = 8;

/** Answers one call of the service as the fault says. `forward` asks the upstream. Rejects when `signal` is aborted or the upstream fails. */
export const answerWithFault = async (
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
  forward: () => Promise<Dispatcher.ResponseData>,
  signal: AbortSignal,
): Promise<void> => {
  switch (fault.kind) {
    case 'timeout':
      request.resume();
      if (!signal.aborted) await once(signal, 'abort');
      response.destroy();
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'status': {
      request.resume();
      const { status, retryAfterMs } = fault;
      const message = `this ${status} is made by a fault test`;
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
      });
      response.end(JSON.stringify({ error: { message, type: 'fault_test', code: String(status) } }));
      return;
    }
    case 'slow-stream': {
      const { body, start } = await wholeAnswer(forward);
      start(response);
      for (let piece = 0; piece < PIECES; piece += 1) {
        if (piece > 0) await sleep(fault.pauseMs, undefined, { signal });
        response.write(
          body.subarray(
            Math.floor((piece * body.length) / PIECES),
            Math.floor(((piece + 1) * body.length) / PIECES),
          ),
        );
      }
      response.end();
      return;
    }
    case 'truncated-json': {
      const { body, start } = await wholeAnswer(forward);
      start(response);
      response.end(body.subarray(0, Math.floor(body.length / 2)));
      return;
    }
    case 'truncated-stream': {
      const { body, start } = await wholeAnswer(forward);
      start(response);
      response.flushHeaders();
      // The half must have left before the connection is cut, or the service would see a reset.
      await new Promise<void>((resolve) =>
        response.write(body.subarray(0, Math.floor(body.length / 2)), () => resolve()),
      );
      response.socket?.end();
      response.destroy();
      return;
    }
  }
};

/** All that the upstream answers; `start` gives status and kind of it on, and leaves the length open. */
const wholeAnswer = async (forward: () => Promise<Dispatcher.ResponseData>) => {
  const { statusCode, headers, body } = await forward();
  return {
    body: Buffer.from(await body.arrayBuffer()),
    start: (response: ServerResponse): void => {
      const type = headers['content-type'];
      response.writeHead(statusCode, type === undefined ? {} : { 'content-type': String(type) });
    },
  };
};

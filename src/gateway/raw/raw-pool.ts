import type { OnReadOpts, Socket } from 'node:net';
import type { buildConnector, Dispatcher } from 'undici';
import { isFieldName, isFieldValue } from './field-syntax.ts';
import { RawCall } from './raw-call.ts';
import { RawConnection } from './raw-connection.ts';

/** Sends requests whose bodies are whole over connections of its own, one at a time on each. */
export interface RawPool {
  dispatch(request: RawRequest, handler: Dispatcher.DispatchHandler): void;
  /** What is under way ends by itself; nothing new is taken. */
  close(): void;
  destroy(): void;
}

export interface RawRequest {
  readonly path: string;
  readonly method: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer | null;
}

export interface RawPoolSpec {
  readonly origin: URL;
  /** Makes a connection that gives what it reads to `reads`. */
  readonly connect: (
    at: buildConnector.Options,
    reads: OnReadOpts,
    done: (error: Error | null, socket: Socket | null) => void,
  ) => void;
  /** An idle connection is used no more after this, or earlier when the other side said so. */
  readonly keepAliveMs: number;
}

/** Of these a length is expected even where there is no body. RFC 9110, section 8.6. */
const EXPECT_BODY = new Set(['POST', 'PUT', 'PATCH']);
const PATH = /^\/[\x21-\x7e\x80-\xff]*$/;
/**
 * What all connections read into, one after the other: what is kept of it is copied. Without it every read takes a new piece of
 * 64 KiB, of which an answer fills little.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);
/** How often connections that have been idle for too long are looked for. */
const SWEEP_MS = 1_000;

export function openRawPool({ origin, connect, keepAliveMs }: RawPoolSpec): RawPool {
  /** The one used last is used next; those at the front grow old and go. */
  const idle: RawConnection[] = [];
  const all = new Set<RawConnection>();
  let isClosed = false;
  let isDestroyed = false;
  const at: buildConnector.Options = {
    hostname: origin.hostname,
    host: origin.host,
    protocol: origin.protocol,
    port: origin.port || '80',
  };

  const sweep = setInterval(() => {
    const nowMs = performance.now();
    let old = 0;
    while (old < idle.length && idle[old]!.endsAtMs <= nowMs) old += 1;
    for (const connection of idle.splice(0, old)) connection.end();
  }, SWEEP_MS);
  sweep.unref();

  const host = {
    keepAliveMs,
    isIdle(connection: RawConnection): void {
      if (isClosed) connection.end();
      else idle.push(connection);
    },
    isGone(connection: RawConnection): void {
      all.delete(connection);
      const place = idle.lastIndexOf(connection);
      if (place !== -1) idle.splice(place, 1);
    },
  };

  const send = (connection: RawConnection, head: string, body: Buffer | null, call: RawCall): void => {
    call.handler.onRequestStart?.(call, {});
    if (call.aborted) connection.end();
    else connection.send(head, body, call);
  };
  const open = (head: string, body: Buffer | null, call: RawCall): void => {
    let connection: RawConnection | null = null;
    const reads: OnReadOpts = {
      buffer: READ_BUFFER,
      callback(count, bytes) {
        connection?.read((bytes as Buffer).subarray(0, count));
        return true;
      },
    };
    connect(at, reads, (error, socket) => {
      if (error !== null || socket === null) {
        call.fail(error ?? new Error('there is no connection'));
        return;
      }
      connection = new RawConnection(socket, host);
      all.add(connection);
      if (isDestroyed) call.fail(new Error('the gateway ends'));
      if (call.aborted) connection.end();
      else send(connection, head, body, call);
    });
  };
  const usable = (nowMs: number): RawConnection | null => {
    for (;;) {
      const connection = idle.pop();
      if (connection === undefined) return null;
      if (connection.endsAtMs > nowMs && connection.isUsable) return connection;
      connection.end();
    }
  };

  return {
    dispatch(request, handler) {
      const call = new RawCall(handler, request.method === 'HEAD');
      const head = headText(request);
      if (head === null) {
        call.fail(Object.assign(new TypeError('it cannot be written'), { code: 'UND_ERR_INVALID_ARG' }));
        return;
      }
      const connection = usable(performance.now());
      if (connection === null) open(head, request.body, call);
      else send(connection, head, request.body, call);
    },
    close() {
      isClosed = true;
      clearInterval(sweep);
      for (const connection of idle.splice(0)) connection.end();
    },
    destroy() {
      isClosed = true;
      isDestroyed = true;
      clearInterval(sweep);
      for (const connection of all) connection.end();
      idle.length = 0;
    },
  };
}

/** Null: it is no HTTP/1.1. */
function headText({ method, path, headers, body }: RawRequest): string | null {
  if (!PATH.test(path) || !isFieldName(method)) return null;
  let text = `${method} ${path} HTTP/1.1\r\n`;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]!;
    const value = headers[at + 1]!;
    if (!isFieldName(name) || !isFieldValue(value)) return null;
    text += `${name}: ${value}\r\n`;
  }
  if (body !== null) text += `content-length: ${body.length}\r\n`;
  else if (EXPECT_BODY.has(method)) text += 'content-length: 0\r\n';
  return `${text}connection: keep-alive\r\n\r\n`;
}

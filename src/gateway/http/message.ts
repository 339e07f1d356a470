import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A request as the gateway reads it: one of Node's own, whose body is still to come, or one of the raw transport, which is whole. */
export interface Ask {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersion: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: string[];
  readonly socket: Socket;
  /** The whole body, null for none. Absent: it is still to be read. */
  readonly whole?: Buffer | null;
}

/** Where the answer goes: Node's own response, or the raw transport's. */
export interface Reply {
  readonly req: Ask;
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  readonly writableLength: number;
  readonly socket: Socket | null;
  shouldKeepAlive: boolean;
  writeHead(status: number, headers?: string[] | Record<string, string | number>): unknown;
  setHeader(name: string, value: string): unknown;
  /** False: the client is behind; `drain` tells when it has caught up. */
  write(chunk: Buffer | string): boolean;
  end(chunk?: Buffer | string): unknown;
  destroy(): unknown;
  setTimeout(ms: number, onTimeout: () => void): unknown;
  /** `close`: the answer has gone out, or the client has left. */
  once(event: 'close' | 'drain', listener: () => void): unknown;
}

/** The request whose body is still to be read; null for one that came whole. */
export const unreadOf = (ask: Ask): IncomingMessage | null =>
  ask.whole === undefined ? (ask as IncomingMessage) : null;

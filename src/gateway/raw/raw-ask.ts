import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Ask } from '../http/message.ts';
import { messageFault } from '../http/message-fault.ts';
import type { RequestHead } from './http-parser.ts';

/** A request that nobody can read in two ways. */
export interface PlainHead {
  readonly head: RequestHead;
  readonly headers: IncomingHttpHeaders;
  readonly bodyBytes: number;
}

const DIGITS = /^\d{1,15}$/;

/**
 * The head as the raw transport takes it, or null: whatever has a transfer coding, an upgrade, an expectation, the same header twice, another
 * version than 1.1 or a wish to close is left to Node's server, which knows what all of them mean.
 */
export function plainHead(head: RequestHead, socket: Socket): PlainHead | null {
  const { raw, method, isUpgrade, shouldKeepAlive } = head;
  if (head.minor !== 1 || isUpgrade || !shouldKeepAlive || method === 'CONNECT') return null;
  // An ordinary object, which V8 is quick with: a name that every object has is taken for one that came twice.
  const headers: Record<string, string> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    if (headers[name] !== undefined) return null;
    headers[name] = raw[at + 1]!;
  }
  if (
    headers['transfer-encoding'] !== undefined ||
    headers.upgrade !== undefined ||
    headers.expect !== undefined
  )
    return null;
  const { connection, 'content-length': length } = headers;
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return null;
  if (length !== undefined && !DIGITS.test(length)) return null;
  if (messageFault({ method, headers, rawHeaders: raw, httpVersion: '1.1', socket }) !== null) return null;
  return { head, headers, bodyBytes: length === undefined ? 0 : Number(length) };
}

/** With the numbers that Node's own responses look at, for an answer that is shared by several. */
export interface RawAsk extends Ask {
  readonly httpVersionMajor: 1;
  readonly httpVersionMinor: 1;
}

export const rawAsk = ({ head, headers }: PlainHead, socket: Socket, whole: Buffer | null): RawAsk => ({
  method: head.method,
  url: head.url,
  httpVersion: '1.1',
  httpVersionMajor: 1,
  httpVersionMinor: 1,
  headers,
  rawHeaders: head.raw,
  socket,
  whole,
});

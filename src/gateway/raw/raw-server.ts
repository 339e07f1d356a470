import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { canHold, letGo } from '../http/held-bytes.ts';
import type { Ask, Reply } from '../http/message.ts';
import { openHeadReader } from './http-parser.ts';
import { type Letter, letterOf, outbox } from './outbox.ts';
import { type PlainHead, plainHead, rawAsk } from './raw-ask.ts';
import { RawReply, type ReplyHost } from './raw-reply.ts';

export interface RawServerLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly checkEveryMs: number;
  /** A longer body is left to Node's server. */
  readonly bodyBytesAtMost: number;
}

export interface RawServer {
  /** Ends connections on which nothing is under way. */
  closeIdle(): void;
  closeAll(): void;
  counts(): RawCounts;
}

export interface RawCounts {
  /** Requests that were read here. */
  readonly requests: number;
  /** Connections that were left to Node's server. */
  readonly handedOver: number;
}

const HEAD_END = Buffer.from('\r\n\r\n', 'latin1');
/** Sent behind a request that is not answered yet; beyond it nothing more is read. */
const AHEAD_BYTES_AT_MOST = 64 * 1024;
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/**
 * Takes the connections of an HTTP server before Node does. A request whose head comes in one piece and is plain (see `plainHead`)
 * is read and answered here; with the first that is not, the connection and all that was not answered of it goes to Node, and stays there.
 */
export function openRawServer(
  server: Server,
  limits: RawServerLimits,
  onRequest: (ask: Ask, reply: Reply) => void,
): RawServer {
  const nodes = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const connections = new Set<Connection>();
  let requests = 0;
  let handedOver = 0;
  const readHead = openHeadReader();
  const keepAliveText = `connection: keep-alive\r\nkeep-alive: timeout=${Math.floor(limits.idleTimeoutMs / 1000)}\r\n`;

  const handOver = (connection: Connection, unread: Buffer): void => {
    const { socket } = connection;
    handedOver += 1;
    connection.leave();
    connections.delete(connection);
    if (socket.destroyed) return;
    if (connection.letter.bytes !== null) outbox.flush();
    socket.pause();
    socket.unshift(unread);
    for (const take of nodes) take.call(server, socket);
    socket.resume();
  };

  class Connection implements ReplyHost {
    readonly socket: Socket;
    readonly keepAliveText = keepAliveText;
    readonly letter: Letter;
    reply: RawReply | null = null;
    /** Monotonic; since when it has waited for what comes next. */
    sinceMs = performance.now();
    hasAnswered = false;
    #plain: PlainHead | null = null;
    #headBytes = 0;
    /** Read, and belonging to no answered request. */
    #pieces: Buffer[] = [];
    #bytes = 0;
    #isOver = false;
    #isTaking = false;
    readonly #onData = (chunk: Buffer): void => this.#take(chunk);
    /** As Node's server does: who ends his side has left. */
    readonly #onEnd = (): void => {
      this.endWith('');
    };
    readonly #onClose = (): void => {
      letGo(this.#bytes);
      this.#bytes = 0;
      connections.delete(this);
      this.reply?.closed();
    };
    readonly #onError = (): void => {};

    constructor(socket: Socket) {
      this.socket = socket;
      this.letter = letterOf(socket);
      socket.setNoDelay(true);
      socket.on('data', this.#onData);
      socket.on('end', this.#onEnd);
      socket.on('close', this.#onClose);
      socket.on('error', this.#onError);
    }

    get isIdle(): boolean {
      return this.reply === null && this.#bytes === 0;
    }

    get isReading(): boolean {
      return this.reply === null && this.#bytes > 0;
    }

    /** Nothing that still comes is looked at. */
    endWith(lastWords: string): void {
      this.#isOver = true;
      if (this.letter.bytes !== null) outbox.flush();
      if (lastWords === '') this.socket.end();
      else this.socket.end(lastWords);
    }

    leave(): void {
      const { socket } = this;
      letGo(this.#bytes);
      this.#bytes = 0;
      this.#pieces = [];
      socket.off('data', this.#onData);
      socket.off('end', this.#onEnd);
      socket.off('close', this.#onClose);
      socket.off('error', this.#onError);
    }

    #take(chunk: Buffer): void {
      if (this.#isOver) return;
      this.#pieces.push(chunk);
      this.#bytes += chunk.length;
      if (!canHold(chunk.length)) {
        if (this.reply === null) handOver(this, this.#all());
        else this.socket.destroy();
        return;
      }
      if (this.reply === null) this.#proceed();
      else if (this.#bytes > AHEAD_BYTES_AT_MOST) this.socket.pause();
    }

    #all(): Buffer {
      const [first] = this.#pieces;
      if (this.#pieces.length === 1) return first!;
      const all = Buffer.concat(this.#pieces, this.#bytes);
      this.#pieces = [all];
      return all;
    }

    /** Answers what is complete, one after the other. */
    #proceed(): void {
      // An answer that is over at once comes back here; a loop takes the next, not a call within the call.
      if (this.#isTaking) return;
      this.#isTaking = true;
      while (this.reply === null && this.#bytes > 0 && !this.#isOver && this.#begin());
      this.#isTaking = false;
    }

    /** False: more must come, or the connection is no longer here. */
    #begin(): boolean {
      if (this.#plain === null) {
        this.sinceMs = performance.now();
        const all = this.#all();
        const end = all.indexOf(HEAD_END);
        const head = end === -1 ? null : readHead(all.subarray(0, end + 4));
        const plain = head === null ? null : plainHead(head, this.socket);
        if (plain === null || plain.bodyBytes > limits.bodyBytesAtMost) {
          handOver(this, all);
          return false;
        }
        this.#plain = plain;
        this.#headBytes = end + 4;
      }
      const plain = this.#plain;
      const bytes = this.#headBytes + plain.bodyBytes;
      if (this.#bytes < bytes) return false;
      const all = this.#all();
      // Who sends the next request before the answer is served in the way of Node's server, with its bounds.
      if (all.length > bytes) {
        handOver(this, all);
        return false;
      }
      const whole = plain.bodyBytes === 0 ? null : all.subarray(this.#headBytes, bytes);
      this.#plain = null;
      this.#pieces = [];
      this.#bytes = 0;
      letGo(bytes);
      requests += 1;
      const ask = rawAsk(plain, this.socket, whole);
      this.reply = new RawReply(ask, this);
      onRequest(ask, this.reply);
      return true;
    }

    heldUp(reply: RawReply): void {
      // As long as some of it gets through, Node does not take a socket for idle.
      reply.setTimeout(limits.idleTimeoutMs, () => this.socket.destroy());
    }

    over(reply: RawReply): void {
      this.reply = null;
      this.hasAnswered = true;
      this.sinceMs = performance.now();
      if (this.socket.writableLength > 0) this.heldUp(reply);
      if (!reply.shouldKeepAlive) this.endWith('');
      if (this.#isOver) return;
      if (this.socket.isPaused()) this.socket.resume();
      if (this.#bytes > 0) this.#proceed();
    }
  }

  server.on('connection', (socket: Socket) => void connections.add(new Connection(socket)));

  const look = (): void => {
    const nowMs = performance.now();
    for (const connection of connections) {
      const { socket } = connection;
      // Its answer is still on the way.
      if (connection.reply === null && socket.writableLength > 0) {
        connection.sinceMs = nowMs;
        continue;
      }
      const waitedMs = nowMs - connection.sinceMs;
      if (connection.isReading) {
        if (waitedMs >= limits.requestTimeoutMs) refuse(connection);
      } else if (connection.isIdle) {
        if (connection.hasAnswered) {
          if (waitedMs >= limits.idleTimeoutMs) socket.destroy();
        } else if (waitedMs >= limits.headersTimeoutMs) refuse(connection);
      }
    }
  };
  const refuse = (connection: Connection): void => {
    connection.endWith(TOO_SLOW);
    connection.socket.destroySoon();
  };
  const timer = setInterval(look, limits.checkEveryMs);
  timer.unref();
  server.once('close', () => clearInterval(timer));

  return {
    closeIdle() {
      for (const connection of connections) if (connection.isIdle) connection.endWith('');
    },
    closeAll() {
      for (const { socket } of connections) socket.destroy();
    },
    counts: () => ({ requests, handedOver }),
  };
}

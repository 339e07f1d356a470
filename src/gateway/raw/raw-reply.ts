import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Reply } from '../http/message.ts';
import { isFieldName, isFieldValue } from './field-syntax.ts';
import { httpDate } from './http-date.ts';
import { type Letter, outbox } from './outbox.ts';
import type { RawAsk } from './raw-ask.ts';

const STATUS_LINES = new Map<number, string>();
const statusLine = (status: number): string => {
  let line = STATUS_LINES.get(status);
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`;
    if (STATUS_LINES.size < 600) STATUS_LINES.set(status, line);
  }
  return line;
};

/** Up to so many bytes a body is copied behind its head: one call of the system instead of two pieces in one. */
const COPIED_AT_MOST = 16 * 1024;

/** What the connection of an answer is told. */
export interface ReplyHost {
  readonly keepAliveText: string;
  readonly letter: Letter;
  /** The last byte has been handed to the socket. */
  over(reply: RawReply): void;
  /** The system took only part of what was its last piece. */
  heldUp(reply: RawReply): void;
}

/** An answer on the raw transport. A class because `ServerResponse`, whose place it takes, is one, and answers are many. */
export class RawReply implements Reply {
  readonly req: RawAsk;
  headersSent = false;
  destroyed = false;
  writableEnded = false;
  shouldKeepAlive = true;
  #host: ReplyHost;
  #isBodiless: boolean;
  #isChunked = false;
  /** Of a body whose length was said: what is missing; -1 where it was not. */
  #owed = -1;
  /** The head, until the first piece of the body. */
  #head = '';
  #more: string[] | null = null;
  #onClose: (() => void) | null = null;
  #onTimeout: (() => void) | null = null;
  readonly #onSent = (): void => this.closed();
  readonly #onHeldUp = (): void => {
    // Whoever has set a bound himself knows better.
    if (this.#onTimeout === null) this.#host.heldUp(this);
  };

  constructor(req: RawAsk, host: ReplyHost) {
    this.req = req;
    this.#host = host;
    this.#isBodiless = req.method === 'HEAD';
  }

  get socket(): Socket | null {
    return this.destroyed ? null : this.req.socket;
  }

  get writableLength(): number {
    return this.req.socket.writableLength + this.#head.length + (this.#host.letter.bytes?.length ?? 0);
  }

  setHeader(name: string, value: string): void {
    (this.#more ??= []).push(name, value);
  }

  /** Throws a TypeError for a header that cannot be sent; nothing has been sent then. */
  writeHead(status: number, headers: string[] | Record<string, string | number> = []): this {
    if (this.headersSent) throw new TypeError('the head has been sent already');
    const list = Array.isArray(headers) ? headers : flat(headers);
    if (this.#more !== null) list.push(...this.#more);
    const isBodiless = this.#isBodiless || status === 204 || status === 304;
    let text = statusLine(status);
    let hasDate = false;
    let owed = -1;
    for (let at = 0; at + 1 < list.length; at += 2) {
      const name = list[at]!;
      const value = String(list[at + 1]!);
      if (!isFieldName(name) || !isFieldValue(value))
        throw new TypeError(`the header ${name} cannot be sent`);
      const { length } = name;
      if (length === 4) hasDate ||= name.toLowerCase() === 'date';
      else if (length === 10) {
        if (name.toLowerCase() === 'connection') {
          if (value.toLowerCase() === 'close') this.shouldKeepAlive = false;
          continue;
        }
      } else if (length === 14 && name.toLowerCase() === 'content-length') owed = Number(value);
      text += `${name}: ${value}\r\n`;
    }
    if (!hasDate) text += `date: ${httpDate()}\r\n`;
    text += this.shouldKeepAlive ? this.#host.keepAliveText : 'connection: close\r\n';
    if (!isBodiless && owed === -1) {
      this.#isChunked = true;
      text += 'transfer-encoding: chunked\r\n';
    }
    this.#isBodiless = isBodiless;
    this.#owed = isBodiless ? 0 : owed;
    this.#head = `${text}\r\n`;
    this.headersSent = true;
    return this;
  }

  write(chunk: Buffer | string): boolean {
    if (this.destroyed || this.writableEnded) return false;
    if (!this.headersSent) this.writeHead(200);
    return this.#send(typeof chunk === 'string' ? Buffer.from(chunk) : chunk, false);
  }

  end(chunk?: Buffer | string): void {
    if (this.destroyed || this.writableEnded) return;
    const bytes = chunk === undefined ? null : typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (!this.headersSent) this.writeHead(200, ['content-length', String(bytes?.length ?? 0)]);
    this.writableEnded = true;
    this.#send(bytes, true);
    // Fewer bytes than were promised: the client must not take the next answer for the rest of this.
    if (this.#owed > 0) this.destroy();
    else this.#host.over(this);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.req.socket.destroy();
  }

  setTimeout(ms: number, onTimeout: () => void): void {
    this.#endTimeout();
    this.#onTimeout = onTimeout;
    this.req.socket.setTimeout(ms, onTimeout);
  }

  once(event: 'close' | 'drain', listener: () => void): void {
    if (event === 'drain') this.req.socket.once('drain', listener);
    else if (this.#onClose === null) this.#onClose = listener;
    else {
      const before = this.#onClose;
      this.#onClose = () => {
        before();
        listener();
      };
    }
  }

  /** The answer has gone out, or can no longer. */
  closed(): void {
    if (!this.writableEnded) this.destroyed = true;
    this.#endTimeout();
    const listener = this.#onClose;
    this.#onClose = null;
    listener?.();
  }

  /** It was about this answer, not about the next one on the connection. */
  #endTimeout(): void {
    if (this.#onTimeout === null) return;
    this.req.socket.setTimeout(0).off('timeout', this.#onTimeout);
    this.#onTimeout = null;
  }

  #send(body: Buffer | null, isLast: boolean): boolean {
    const { socket } = this.req;
    const bytes = body === null || this.#isBodiless ? 0 : body.length;
    if (this.#owed > 0) {
      // More than was promised would be read as the next answer.
      if (bytes > this.#owed) {
        this.destroy();
        return false;
      }
      this.#owed -= bytes;
    } else if (this.#owed === 0 && bytes > 0) {
      this.destroy();
      return false;
    }
    if (this.#host.letter.bytes !== null) outbox.flush();
    let before = this.#head;
    this.#head = '';
    if (this.#isChunked && bytes > 0) before += `${bytes.toString(16)}\r\n`;
    if (bytes === 0) {
      if (isLast && this.#isChunked) before += '0\r\n\r\n';
      if (before !== '') return socket.write(before, 'latin1', isLast ? this.#onSent : undefined);
      if (isLast) process.nextTick(this.#onSent);
      return true;
    }
    const after = !this.#isChunked ? '' : isLast ? '\r\n0\r\n\r\n' : '\r\n';
    if (bytes <= COPIED_AT_MOST) {
      const all = Buffer.allocUnsafe(before.length + bytes + after.length);
      if (before !== '') all.write(before, 0, 'latin1');
      body!.copy(all, before.length);
      if (after !== '') all.write(after, before.length + bytes, 'latin1');
      if (isLast && this.shouldKeepAlive && this.#owed <= 0) {
        const { letter } = this.#host;
        letter.onSent = this.#onSent;
        letter.onHeldUp = this.#onHeldUp;
        outbox.send(letter, all);
        return true;
      }
      return socket.write(all, isLast ? this.#onSent : undefined);
    }
    socket.cork();
    if (before !== '') socket.write(before, 'latin1');
    const hasRoom = socket.write(body!, after === '' && isLast ? this.#onSent : undefined);
    if (after !== '') socket.write(after, 'latin1', isLast ? this.#onSent : undefined);
    socket.uncork();
    return hasRoom;
  }
}

const flat = (headers: Record<string, string | number>): string[] => {
  const list: string[] = [];
  for (const name in headers) list.push(name, String(headers[name]));
  return list;
};

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { type AnswerListener, type AnswerReader, openAnswerReader } from './http-parser.ts';
import { letterOf, outbox } from './outbox.ts';
import type { RawCall } from './raw-call.ts';

export interface ConnectionHost {
  readonly keepAliveMs: number;
  /** It can take another request. */
  isIdle(connection: RawConnection): void;
  isGone(connection: RawConnection): void;
}

/** The other side counts its idle time from another moment than we do. */
const HINT_MARGIN_MS = 1_000;
/** Up to so many bytes a body is copied behind its head: one piece for the system instead of two. */
const COPIED_AT_MOST = 16 * 1024;

/** One connection to an upstream, with at most one request on it. */
export class RawConnection implements AnswerListener {
  readonly socket: Socket;
  /** Monotonic; from then on it is not used any more. */
  endsAtMs = Number.POSITIVE_INFINITY;
  #host: ConnectionHost;
  #reader: AnswerReader;
  #call: RawCall | null = null;
  #isInterim = false;
  #keepsAlive = true;
  #keepAliveMs: number;
  /** Bytes came that belong to no answer, or what came is no HTTP. */
  #isSpoilt = false;
  #isGone = false;
  /** Its answer is complete, and it may be used again. */
  #isFree = false;
  readonly #letter;

  constructor(socket: Socket, host: ConnectionHost) {
    this.socket = socket;
    this.#letter = letterOf(socket);
    this.#host = host;
    this.#keepAliveMs = host.keepAliveMs;
    this.#reader = openAnswerReader(this);
    let lastError: Error | null = null;
    socket.on('error', (error: Error) => {
      lastError = error;
    });
    socket.on('end', () => {
      // Of an answer that ends with its connection this is the end of the answer too.
      if (this.#call !== null) this.#reader.finish();
      socket.destroy();
    });
    socket.on('close', () => {
      this.#isGone = true;
      this.#reader.close();
      this.#host.isGone(this);
      this.#fail(lastError ?? new Error('the other side closed the connection'));
    });
  }

  get isUsable(): boolean {
    return !this.#isGone && !this.#isSpoilt && !this.socket.destroyed && this.socket.writable;
  }

  send(head: string, body: Buffer | null, call: RawCall): void {
    this.#call = call;
    call.connection = this;
    this.#isInterim = false;
    this.#keepsAlive = true;
    const { socket } = this;
    if (body === null || body.length === 0) socket.write(head, 'latin1');
    else if (body.length <= COPIED_AT_MOST) {
      const all = Buffer.allocUnsafe(head.length + body.length);
      all.write(head, 0, 'latin1');
      body.copy(all, head.length);
      outbox.send(this.#letter, all);
    } else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
  }

  /** The call is not wanted any more. */
  drop(call: RawCall): void {
    if (this.#call !== call) return;
    this.#call = null;
    this.end();
  }

  end(): void {
    this.socket.destroy();
  }

  begins(): void {
    // Whatever comes without having been asked for would be taken for the answer to the next request.
    if (this.#call === null) this.#isSpoilt = true;
  }

  head(status: number, raw: string[], shouldKeepAlive: boolean, isUpgrade: boolean): boolean {
    const call = this.#call;
    // Nobody asked for a change of protocol, and nobody for a second answer.
    if (this.#isSpoilt || call === null || isUpgrade || status === 101 || status < 100) {
      this.#isSpoilt = true;
      return true;
    }
    this.#isInterim = status < 200;
    if (this.#isInterim) return false;
    const headers = headersOf(raw);
    this.#keepsAlive = shouldKeepAlive;
    const hint = headers['keep-alive'];
    this.#keepAliveMs = hint === undefined ? this.#host.keepAliveMs : this.#hintedMs(String(hint));
    try {
      call.handler.onResponseStart?.(call, status, headers, '');
    } catch (error) {
      this.#break(error);
    }
    return call.isHead;
  }

  body(chunk: Buffer): void {
    const call = this.#call;
    if (call === null || this.#isSpoilt) return;
    try {
      // Whoever hears it may keep it, and the memory that it was read into is used again at once.
      call.handler.onResponseData?.(call, Buffer.from(chunk));
    } catch (error) {
      this.#break(error);
    }
  }

  answered(): void {
    if (this.#isSpoilt) return;
    if (this.#isInterim) {
      this.#isInterim = false;
      return;
    }
    const call = this.#call;
    if (call === null) return;
    this.#call = null;
    call.aborted = true;
    const isReusable =
      this.#keepsAlive &&
      this.#keepAliveMs > 0 &&
      this.socket.writableLength === 0 &&
      this.#letter.bytes === null;
    if (isReusable) {
      this.endsAtMs = performance.now() + this.#keepAliveMs;
      if (call.paused) this.socket.resume();
    } else this.#isSpoilt = true;
    this.#isFree = isReusable;
    try {
      call.handler.onResponseEnd?.(call, {});
    } catch (error) {
      call.aborted = false;
      call.fail(error as Error);
    }
  }

  /** What came; the memory is the caller's again afterwards. */
  read(bytes: Buffer): void {
    const error = this.#reader.read(bytes);
    if (error !== null || this.#isSpoilt) {
      this.#isSpoilt = true;
      // What came before the fault goes out before the end does.
      process.nextTick(() => {
        this.#fail(error ?? Object.assign(new Error('it is no answer'), { code: 'HPE_UNEXPECTED' }));
        this.end();
      });
    } else if (this.#isFree) {
      // Not before all that came has been read: what follows an answer spoils the connection.
      this.#isFree = false;
      if (this.#call === null) this.#host.isIdle(this);
    }
  }

  /** Who was told of the answer threw: the parser must not hear of it, and the request must come to an end. */
  #break(error: unknown): void {
    this.#isSpoilt = true;
    this.#fail(error as Error);
  }

  #fail(error: Error): void {
    const call = this.#call;
    if (call === null) return;
    this.#call = null;
    call.fail(Object.assign(error, { socket: { bytesRead: this.socket.bytesRead } }));
  }

  /** `timeout=5` says how many seconds the other side keeps an idle connection. */
  #hintedMs(hint: string): number {
    const seconds = /timeout=\s*(\d{1,6})/i.exec(hint)?.[1];
    if (seconds === undefined) return this.#host.keepAliveMs;
    return Math.min(this.#host.keepAliveMs, Number(seconds) * 1000 - HINT_MARGIN_MS);
  }
}

function headersOf(raw: readonly string[]): IncomingHttpHeaders {
  // Without a prototype, for a service may send any name, `__proto__` among them.
  const headers: Record<string, string | string[]> = { __proto__: null } as never;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    const before = headers[name];
    if (before === undefined) headers[name] = raw[at + 1]!;
    else if (typeof before === 'string') headers[name] = [before, raw[at + 1]!];
    else before.push(raw[at + 1]!);
  }
  return headers;
}

import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';

import type { Ask } from '../http/message.ts';

/** Where an answer goes that several clients wait for. */
export interface AnswerTaker {
  head(status: number, headers: readonly string[]): void;
  /** False: everybody is behind; `drain` is emitted when somebody has caught up. */
  chunk(bytes: Buffer): boolean;
  end(): void;
  /** Broken off after it had begun. */
  broken(): void;
}

/**
 * Stands where the answer to a client would be, so that one call with all that belongs to it (rescue, fallback, second attempts,
 * problems) can be for several. A class because `ServerResponse` is one; only what the gateway uses of it goes anywhere.
 */
export class SharedResponse extends ServerResponse {
  readonly #taker: AnswerTaker;
  #isEnded = false;

  constructor(req: Ask, taker: AnswerTaker) {
    // Of the request it looks at the method and the version, which all kinds have.
    super(req as IncomingMessage);
    this.#taker = taker;
  }

  override writeHead(status: number, ...rest: unknown[]): this {
    const headers = rest.at(-1) as OutgoingHttpHeaders | OutgoingHttpHeader[] | undefined;
    super.writeHead(status, headers);
    this.#taker.head(status, flat(headers ?? []));
    return this;
  }

  override write(chunk: unknown): boolean {
    const bytes = bytesOf(chunk);
    return bytes === null || bytes.length === 0 || this.#taker.chunk(bytes);
  }

  override end(chunk?: unknown): this {
    if (this.#isEnded) return this;
    this.#isEnded = true;
    const bytes = bytesOf(chunk);
    if (bytes !== null && bytes.length > 0) this.#taker.chunk(bytes);
    this.#taker.end();
    return this;
  }

  override destroy(): this {
    if (this.#isEnded) return this;
    this.#isEnded = true;
    this.destroyed = true;
    this.#taker.broken();
    return this;
  }
}

const bytesOf = (chunk: unknown): Buffer | null =>
  Buffer.isBuffer(chunk) ? chunk : typeof chunk === 'string' ? Buffer.from(chunk) : null;

const flat = (headers: OutgoingHttpHeaders | OutgoingHttpHeader[]): string[] => {
  if (Array.isArray(headers)) return headers.map(String);
  const list: string[] = [];
  for (const [name, value] of Object.entries(headers))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) list.push(name, String(one));
  return list;
};

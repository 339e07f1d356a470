import { createRequire } from 'node:module';

/** Node's own parser of HTTP/1 (llhttp), at its strictest. */
export interface HttpParser {
  initialize(type: number, resource: object, headBytesAtMost: number, leniency: number): void;
  /** The number of bytes taken, or the error that it ended with. */
  execute(bytes: Buffer): number | Error;
  /** The peer has ended its side. An error when that is in the middle of a message. */
  finish(): Error | undefined;
  /** Not from within a callback. */
  close(): void;
  [callback: number]: unknown;
}

export type HeadListener = (
  major: number,
  minor: number,
  /** Undefined when `onHeaders` has had them, for there were many. */
  headers: string[] | undefined,
  /** A request's; an index into `methods`. */
  method: number | undefined,
  url: string | undefined,
  /** An answer's. */
  status: number | undefined,
  statusText: string | undefined,
  isUpgrade: boolean,
  shouldKeepAlive: boolean,
) => number;

interface HttpCommon {
  readonly methods: readonly string[];
  readonly HTTPParser: {
    new (): HttpParser;
    readonly REQUEST: number;
    readonly RESPONSE: number;
    readonly kOnMessageBegin: number;
    readonly kOnHeaders: number;
    readonly kOnHeadersComplete: number;
    readonly kOnBody: number;
    readonly kOnMessageComplete: number;
    readonly kLenientNone: number;
  };
}

/**
 * The module that Node's `http` has its parser from. It is not part of the documented interface, so it may be gone one day;
 * then there is no raw transport, and the gateway says so and uses Node's.
 */
const common = ((): HttpCommon | null => {
  try {
    const found = createRequire(import.meta.url)('node:_http_common') as Partial<HttpCommon>;
    return typeof found.HTTPParser === 'function' && Array.isArray(found.methods)
      ? (found as HttpCommon)
      : null;
  } catch {
    return null;
  }
})();

export const canParse = (): boolean => common !== null;

/** What a head may be long. */
const HEAD_BYTES_AT_MOST = 32 * 1024;

export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly minor: number;
  readonly raw: string[];
  readonly isUpgrade: boolean;
  readonly shouldKeepAlive: boolean;
}

/** Reads complete heads of requests, each by itself; null for one that is faulty, incomplete, or has more than 32 lines. */
export function openHeadReader(): (head: Buffer) => RequestHead | null {
  const { HTTPParser, methods } = common!;
  const parser = new HTTPParser();
  const resource = {};
  let found: RequestHead | null = null;
  let isSplit = false;
  parser[HTTPParser.kOnHeaders] = () => {
    isSplit = true;
  };
  const onHead: HeadListener = (major, minor, raw, method, url, _s, _t, isUpgrade, shouldKeepAlive) => {
    // The newest methods have numbers beyond the list of names.
    const name = methods[method!];
    if (!isSplit && major === 1 && raw !== undefined && name !== undefined)
      found = { method: name, url: url!, minor, raw, isUpgrade, shouldKeepAlive };
    return 0;
  };
  parser[HTTPParser.kOnHeadersComplete] = onHead;
  return (head) => {
    found = null;
    isSplit = false;
    parser.initialize(HTTPParser.REQUEST, resource, HEAD_BYTES_AT_MOST, HTTPParser.kLenientNone);
    const taken = parser.execute(head);
    return typeof taken === 'number' && taken === head.length ? found : null;
  };
}

export interface AnswerListener {
  /** The first byte of an answer, wanted or not. */
  begins(): void;
  /** True: no body follows, whatever the head says. */
  head(status: number, raw: string[], shouldKeepAlive: boolean, isUpgrade: boolean): boolean;
  body(chunk: Buffer): void;
  /** Of an interim answer (1xx) too. */
  answered(): void;
}

/** Reads the answers of one connection. */
export interface AnswerReader {
  /** Null when all of it was sound. */
  read(bytes: Buffer): Error | null;
  /** The other side has ended; null when no answer was cut by it. */
  finish(): Error | null;
  close(): void;
}

export function openAnswerReader(listener: AnswerListener): AnswerReader {
  const { HTTPParser } = common!;
  const parser = new HTTPParser();
  let lines: string[] = [];
  let isInBody = false;
  parser.initialize(HTTPParser.RESPONSE, {}, HEAD_BYTES_AT_MOST, HTTPParser.kLenientNone);
  parser[HTTPParser.kOnMessageBegin] = () => listener.begins();
  parser[HTTPParser.kOnHeaders] = (more: string[]) => {
    // What comes behind the body are trailers, which do not travel on.
    if (!isInBody) lines = lines.length === 0 ? more : lines.concat(more);
  };
  const onHead: HeadListener = (_major, _minor, raw, _m, _u, status, _t, isUpgrade, shouldKeepAlive) => {
    const all = raw ?? lines;
    lines = [];
    isInBody = true;
    return listener.head(status!, all, shouldKeepAlive, isUpgrade) ? 1 : 0;
  };
  parser[HTTPParser.kOnHeadersComplete] = onHead;
  parser[HTTPParser.kOnBody] = (chunk: Buffer) => listener.body(chunk);
  parser[HTTPParser.kOnMessageComplete] = () => {
    isInBody = false;
    listener.answered();
  };
  return {
    read(bytes) {
      const taken = parser.execute(bytes);
      return typeof taken === 'number' ? null : taken;
    },
    finish: () => parser.finish() ?? null,
    close: () => void setImmediate(() => parser.close()),
  };
}

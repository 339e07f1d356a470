import type { IncomingHttpHeaders } from 'node:http';
import { answerToChat } from '../../core/translation/answer-to-chat.ts';
import { answerToMessages } from '../../core/translation/answer-to-messages.ts';
import { type ErrorClass, errorBody } from '../../core/translation/error-class.ts';
import { openEventCutter } from '../../core/translation/event-cutter.ts';
import { streamToChat } from '../../core/translation/stream-to-chat.ts';
import { streamToMessages } from '../../core/translation/stream-to-messages.ts';
import type { StreamTranslator } from '../../core/translation/stream-translator.ts';
import { readError } from '../providers/read-error.ts';
import { openTokenMeter, type TokenMeter } from '../providers/token-meter.ts';
import type { CallListener } from '../upstreams/call.ts';
import type { Translation } from './translate-request.ts';

/** A whole answer, and one event of a stream, is held to be translated. No model writes so much. */
const WHOLE_BYTES_AT_MOST = 32 * 1024 * 1024;
/** An error is a few sentences. */
const ERROR_BYTES_AT_MOST = 1024 * 1024;
const EVENT_CHARACTERS_AT_MOST = 4 * 1024 * 1024;

export interface TranslatingListener {
  readonly listener: CallListener;
  /** What the release itself said of its tokens; null before its answer, and when it cannot be read. Takes nothing of what goes out. */
  readonly tokens: () => TokenMeter | null;
  /** Hints of the client that did not travel on, by name. */
  readonly leftOut: readonly string[];
}

/**
 * Hears the answer of a release and tells `inner` of it in the client's interface. Events of a stream go on one by one, within
 * the call that brought them, so that back-pressure holds. An answer that cannot be translated fails as garbled, and the call is ended by `abort`.
 * `onClass` hears what a refusal comes down to before `inner` hears of it at all.
 */
export function translatingListener(
  { from, provider, wantsUsage, leftOut }: Translation,
  inner: CallListener,
  abort: () => void,
  onClass: (kind: ErrorClass) => void,
): TranslatingListener {
  const errors = provider.table.errors;
  let raw: TokenMeter | null = null;
  let tokens: TokenMeter | null = null;
  let status = 0;
  let headers: IncomingHttpHeaders = {};
  let isOver = false;
  let hasToldHead = false;
  let stream: ((chunk: Buffer) => string | null) | null = null;
  let translator: StreamTranslator | null = null;
  let chunks: Buffer[] = [];
  let bytes = 0;

  const garbled = (detail: string): void => {
    isOver = true;
    abort();
    raw?.end();
    inner.fail({ kind: 'garbled', afterHead: true, detail });
  };
  const tellHead = (type: string, length: number | null): void => {
    hasToldHead = true;
    const { 'content-length': _, 'content-encoding': __, ...rest } = headers;
    const kept: IncomingHttpHeaders = { ...rest, 'content-type': type };
    if (length !== null) kept['content-length'] = String(length);
    inner.head(status, kept);
  };
  const openStream = (): void => {
    const nowS = Math.floor(Date.now() / 1000);
    const made =
      from === 'chat'
        ? streamToChat({ wantsUsage, createdAtS: nowS, readError: (value) => readError(errors, null, value) })
        : streamToMessages({ readError: (value) => readError(errors, null, value) });
    translator = made;
    let out = '';
    let isOdd = false;
    const decoder = new TextDecoder();
    const cutter = openEventCutter(EVENT_CHARACTERS_AT_MOST, (data) => {
      const piece = isOdd ? null : made.event(data);
      if (piece === null) isOdd = true;
      else out += piece;
    });
    stream = (chunk) => {
      out = '';
      try {
        if (!cutter.take(decoder.decode(chunk, { stream: true }))) isOdd = true;
      } catch {
        // Nested deeper than can be written again.
        isOdd = true;
      }
      return isOdd ? null : out;
    };
    tellHead('text/event-stream; charset=utf-8', null);
  };
  const complete = (): void => {
    isOver = true;
    raw?.end();
    const rest = translator!.end();
    if (rest !== '') inner.data(Buffer.from(rest));
    inner.end();
  };
  const wholeAnswer = (): Buffer | null => {
    let value: unknown;
    try {
      value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    } catch {
      value = null;
    }
    if (status >= 400) {
      const reading = readError(errors, status, value);
      onClass(reading.class);
      return Buffer.from(JSON.stringify(errorBody(from, reading)));
    }
    try {
      const answer =
        from === 'chat' ? answerToChat(value, Math.floor(Date.now() / 1000)) : answerToMessages(value);
      return answer === null ? null : Buffer.from(JSON.stringify(answer));
    } catch {
      // Nested deeper than can be written again.
      return null;
    }
  };

  const listener: CallListener = {
    head(given, givenHeaders) {
      status = given;
      headers = givenHeaders;
      const encoding = headers['content-encoding'];
      if (encoding !== undefined && encoding !== 'identity') {
        garbled('an answer that is compressed cannot be translated');
        return;
      }
      // Some servers answer what was to be a stream with an error under the type of the stream.
      const isStream = status < 400 && String(headers['content-type'] ?? '').startsWith('text/event-stream');
      raw = openTokenMeter(provider.table.usage, headers, isStream);
      tokens = raw === null ? null : told(raw, () => translator?.hasFailed === true);
      if (isStream) openStream();
      // Whoever stands in for a release that fails need not wait for its words.
      else if (status >= 500) tellHead('application/json', null);
    },
    data(chunk) {
      if (isOver) return;
      raw?.take(chunk, performance.now());
      if (stream !== null) {
        const out = stream(chunk);
        if (out === null) garbled('the stream says what cannot be translated');
        else if (out !== '') inner.data(Buffer.from(out));
        // Clients leave at the last event. That they do so before the connection ends must not pass for an answer that they did not want.
        if (translator!.isOver) complete();
        return;
      }
      bytes += chunk.length;
      if (bytes <= (status >= 400 ? ERROR_BYTES_AT_MOST : WHOLE_BYTES_AT_MOST)) chunks.push(chunk);
      else garbled('the answer is too long to be translated');
    },
    end() {
      if (isOver) return;
      isOver = true;
      raw?.end();
      if (translator !== null) {
        if (translator.isWhole) complete();
        else inner.fail({ kind: 'reset', afterHead: true, detail: 'the stream was cut' });
        return;
      }
      const body = wholeAnswer();
      chunks = [];
      if (body === null) {
        inner.fail({ kind: 'garbled', afterHead: true, detail: 'the answer is none of its interface' });
        return;
      }
      if (!hasToldHead) tellHead('application/json', body.length);
      inner.data(body);
      inner.end();
    },
    fail(failure) {
      if (isOver) return;
      isOver = true;
      raw?.end();
      inner.fail(failure);
    },
    retried: () => inner.retried?.(),
    refused: (upstream) => inner.refused?.(upstream),
  };
  return { listener, tokens: () => tokens, leftOut };
}

/** The counts of a meter that is fed elsewhere. What the client was told is an error is one. */
const told = (raw: TokenMeter, clientWasToldSo: () => boolean): TokenMeter => ({
  take() {},
  end: () => raw.end(),
  get input() {
    return raw.input;
  },
  get output() {
    return raw.output;
  },
  get cached() {
    return raw.cached;
  },
  get written() {
    return raw.written;
  },
  get model() {
    return raw.model;
  },
  get firstTokenAtMs() {
    return raw.firstTokenAtMs;
  },
  get hasFailed() {
    return raw.hasFailed || clientWasToldSo();
  },
});

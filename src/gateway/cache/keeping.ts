import type { IncomingHttpHeaders } from 'node:http';
import type { CachePolicy } from '../../core/routing/cache-policy.ts';
import type { Protocol } from '../../core/routing/table.ts';
import { responseHeaders } from '../http/forward-headers.ts';
import type { AnswerStore } from './answer-store.ts';
import { isWholeAnswer } from './is-whole-answer.ts';
import { lifetimeOf } from './lifetime-of.ts';

/** Sets an answer aside while it passes, and keeps it if it came to a good end. */
export interface Keeping {
  head(status: number, headers: IncomingHttpHeaders, isStream: boolean): void;
  take(chunk: Buffer): void;
  end(hasFailed: boolean): void;
  /** There will be no more of it. Does nothing after `end`, or the second time. */
  letGo(): void;
}

export interface KeepingSpec {
  readonly store: AnswerStore;
  readonly policy: CachePolicy;
  readonly protocol: Protocol;
  readonly key: string;
  readonly release: string;
  readonly invocation: string;
}

/** True only of the one answer it is about, so untrue of the next. */
const OF_ONE_ANSWER = new Set([
  'age',
  'date',
  'content-length',
  'retry-after',
  'server-timing',
  'traceresponse',
  'x-request-id',
  'request-id',
  'openai-processing-ms',
]);
const isOfOneAnswer = (name: string): boolean =>
  OF_ONE_ANSWER.has(name) || name.startsWith('x-ratelimit-') || name.startsWith('anthropic-ratelimit-');

export function beginKeeping({ store, policy, protocol, key, release, invocation }: KeepingSpec): Keeping {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let lifetimeMs = 0;
  let kept: string[] = [];
  let answerHeaders: IncomingHttpHeaders = {};
  let isStreamed = false;
  const letGo = (): void => {
    lifetimeMs = 0;
    chunks = [];
    store.letGo(bytes);
    bytes = 0;
  };
  return {
    head(status, headers, isStream) {
      lifetimeMs = isStream && !policy.hasStreams ? 0 : lifetimeOf(status, headers, policy, Date.now());
      if (lifetimeMs === 0) return;
      answerHeaders = headers;
      isStreamed = isStream;
      const list = responseHeaders(headers, status);
      kept = [];
      for (let at = 0; at + 1 < list.length; at += 2)
        if (!isOfOneAnswer(list[at]!)) kept.push(list[at]!, list[at + 1]!);
    },
    take(chunk) {
      if (lifetimeMs === 0) return;
      if (bytes + chunk.length > policy.entryBytesAtMost || !store.hold(chunk.length)) {
        letGo();
        return;
      }
      bytes += chunk.length;
      chunks.push(chunk);
    },
    end(hasFailed) {
      const forMs = lifetimeMs;
      // A copy: a chunk is a view into a larger buffer of the socket, which it would keep alive.
      const body = forMs === 0 || hasFailed ? null : Buffer.concat(chunks);
      letGo();
      if (body === null || !isWholeAnswer(protocol, answerHeaders, isStreamed, body)) return;
      const keptAtMs = performance.now();
      store.keep({
        key,
        release,
        headers: kept,
        body,
        from: invocation,
        keptAtMs,
        endsAtMs: keptAtMs + forMs,
      });
    },
    letGo,
  };
}

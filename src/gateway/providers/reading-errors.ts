import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorClass } from '../../core/translation/error-class.ts';
import type { CallListener } from '../upstreams/call.ts';
import type { ErrorTable } from './error-table.ts';
import { readError } from './read-error.ts';

/** Errors are a few sentences; a longer one is passed on unread. */
const READ_BYTES_AT_MOST = 64 * 1024;

/**
 * Holds an answer with 4xx back until its words are there and calls `onClass` before `inner` hears of it, so that whoever decides
 * about it knows what it comes down to. A 5xx says enough by itself, and whoever stands in for it should not wait.
 */
export function readingErrors(
  inner: CallListener,
  errors: ErrorTable,
  onClass: (kind: ErrorClass) => void,
): CallListener {
  let held: { readonly status: number; readonly headers: IncomingHttpHeaders } | null = null;
  let chunks: Buffer[] = [];
  let bytes = 0;
  const letGo = (): void => {
    const { status, headers } = held!;
    held = null;
    inner.head(status, headers);
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    chunks = [];
    if (body.length > 0) inner.data(body);
  };
  return {
    head(status, headers) {
      if (status >= 400 && status < 500) held = { status, headers };
      else inner.head(status, headers);
    },
    data(chunk) {
      if (held === null) {
        inner.data(chunk);
        return;
      }
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > READ_BYTES_AT_MOST) letGo();
    },
    end() {
      if (held !== null) {
        onClass(readError(errors, held.status, parsed(Buffer.concat(chunks))).class);
        letGo();
      }
      inner.end();
    },
    fail: (failure) => inner.fail(failure),
    retried: () => inner.retried?.(),
    refused: (upstream) => inner.refused?.(upstream),
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

import type { IncomingHttpHeaders } from 'node:http';

const STREAM_TYPES = ['text/event-stream', 'application/x-ndjson'];

/** An answer that comes in pieces meant one by one; it is as slow as its first. */
export function isStreamed(headers: IncomingHttpHeaders): boolean {
  // A service may send it twice, which makes a list of it.
  const type = String(headers['content-type'] ?? '');
  return STREAM_TYPES.some((stream) => type.startsWith(stream));
}

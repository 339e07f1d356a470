import { lookup } from 'node:dns';
import { Agent, type Dispatcher, request } from 'undici';
import { guardedLookup, RefusedAddress, type Resolve } from '../upstreams/guarded-lookup.ts';
import { isRefusedUrl } from './refused-address.ts';

/** Asks the outside (checkers, judges). Never follows a redirect, never reaches an address that is refused. */
export interface Outbound {
  /** A POST. The body of the answer is read up to `REPLY_BYTES_AT_MOST`. Never rejects. */
  post(ask: OutboundAsk): Promise<OutboundReply>;
  close(): Promise<void>;
}

export interface OutboundAsk {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** For all of it: connecting, asking, reading. */
  readonly timeoutMs: number;
}

export type OutboundReply =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | null;
      readonly text: string;
    }
  | { readonly kind: 'failed'; readonly why: 'refused-address' | 'time-out' | 'too-large' | 'network' };

export const REPLY_BYTES_AT_MOST = 64 * 1024;

class TooLarge extends Error {}

export function openOutbound(resolve: Resolve = lookup): Outbound {
  const agent = new Agent({ connect: { lookup: guardedLookup(resolve) }, connections: 16, pipelining: 1 });
  return {
    async post({ url, headers, body, timeoutMs }) {
      if (isRefusedUrl(url)) return { kind: 'failed', why: 'refused-address' };
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const reply = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal });
        const text = await textOf(reply.body);
        const retryAfter = reply.headers['retry-after'];
        return {
          kind: 'answered',
          status: reply.statusCode,
          retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
          text,
        };
      } catch (error) {
        return { kind: 'failed', why: reasonFor(error, signal) };
      }
    },
    close: () => agent.destroy(),
  };
}

async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the rest.
    if (bytes > REPLY_BYTES_AT_MOST) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonFor(
  error: unknown,
  signal: AbortSignal,
): 'refused-address' | 'time-out' | 'too-large' | 'network' {
  if (error instanceof RefusedAddress) return 'refused-address';
  if (error instanceof TooLarge) return 'too-large';
  return signal.aborted ? 'time-out' : 'network';
}

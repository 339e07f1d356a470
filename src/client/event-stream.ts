import type { LaneView } from '../api/schemas/lane-view.ts';
import type { LedgerEvent } from '../api/schemas/ledger.ts';
import { isTidegateError } from '../errors.ts';
import type { Call } from './call.ts';
import { readServerSentEvents } from './server-sent-events.ts';

export type LiveEvent =
  | { readonly type: 'ledger'; readonly event: LedgerEvent }
  | { readonly type: 'lane'; readonly lane: LaneView }
  /** The connection came or went; after it went it is tried again until it comes. */
  | { readonly type: 'connection'; readonly isConnected: boolean };

export interface StreamOptions {
  readonly service?: string;
  readonly environment?: string;
  /** Go on after this record; default: from now on. */
  readonly afterSeq?: number;
  readonly signal: AbortSignal;
  /** Pause before the first new try, doubled up to 5 s. Default 250 ms. */
  readonly retryMs?: number;
}

/** Longer than the server's heartbeat: a connection that is silent for so long is dead. */
const silenceMs = 45_000;
const longestRetryMs = 5_000;

/**
 * What happens, as it happens, until `signal` ends it. A lost connection is taken up again where it was lost: no record
 * of the ledger is missed or told twice.
 * @throws TidegateError whatever a new try cannot mend, such as `unauthenticated`
 */
export async function* openEventStream(
  call: Call,
  { service, environment, afterSeq, signal, retryMs = 250 }: StreamOptions,
): AsyncGenerator<LiveEvent, void, undefined> {
  let lastId = afterSeq === undefined ? undefined : String(afterSeq);
  let wasConnected = true;
  for (let pauseMs = retryMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestRetryMs)) {
    try {
      const response = await call('/stream', {
        query: { service, environment },
        headers: { accept: 'text/event-stream', 'last-event-id': lastId },
        signal,
        timeoutMs: null,
      });
      if (!wasConnected) yield { type: 'connection', isConnected: true };
      wasConnected = true;
      for await (const message of readServerSentEvents(response, silenceMs, signal)) {
        pauseMs = retryMs;
        if (message.id !== null) lastId = message.id;
        if (message.event === 'ledger')
          yield { type: 'ledger', event: JSON.parse(message.data) as LedgerEvent };
        if (message.event === 'lane') yield { type: 'lane', lane: JSON.parse(message.data) as LaneView };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isTidegateError(error) && !isTidegateError(error, 'server-unreachable')) throw error;
    }
    if (signal.aborted) return;
    if (wasConnected) yield { type: 'connection', isConnected: false };
    wasConnected = false;
    await pause(pauseMs, signal);
  }
}

const pause = (durationMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    signal.addEventListener('abort', done, { once: true });
  });

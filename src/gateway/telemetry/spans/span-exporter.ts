import { Agent, request } from 'undici';
import type { SeriesFamily } from '../../../core/telemetry/series-family.ts';
import { encodeDelivery, encodeSpan } from './encode-span.ts';
import type { Span } from './span.ts';

/** Sends spans to a collector behind the requests' backs. */
export interface SpanExporter {
  /** False when so many wait that new ones would only be dropped; counted as one request without spans. */
  hasRoom(): boolean;
  /** Never waits and never throws: what finds no room is counted as dropped. */
  add(spans: readonly Span[]): void;
  counts(): SpanCounts;
  series(): SeriesFamily[];
  /** Tries once to send what waits, for `withinMs` at most. */
  close(withinMs?: number): Promise<void>;
}

export interface SpanCounts {
  readonly sent: number;
  /** Found no room, were refused by the collector, or could not be sent before the end. */
  readonly dropped: number;
  readonly waiting: number;
  /** Sampled requests whose spans were not even begun. */
  readonly requestsMissed: number;
}

export interface SpanExporterSpec {
  readonly endpoint: string;
  /** Of a delivery, read anew for each; null: they cannot be had now, and nothing is sent without them. */
  readonly headers: () => Readonly<Record<string, string>> | null;
  readonly resource: Span['attributes'];
  /** The collector takes nothing any more; told once until it does again. */
  readonly onTrouble: (what: string, about: object) => void;
  readonly waitingAtMost?: number;
  readonly everyMs?: number;
  readonly firstRestMs?: number;
  readonly timeoutMs?: number;
}

const BATCH = 512;
const LONGEST_REST_MS = 30_000;
const ANSWER_BYTES_AT_MOST = 64 * 1024;
const CLOSE_WITHIN_MS = 2_000;

type Delivered = 'taken' | 'refused' | 'later';

export function openSpanExporter(spec: SpanExporterSpec): SpanExporter {
  const { waitingAtMost = 4_096, everyMs = 1_000, firstRestMs = 1_000, timeoutMs = 10_000 } = spec;
  const agent = new Agent({
    connections: 1,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  let waiting: string[] = [];
  let sent = 0;
  let dropped = 0;
  let requestsMissed = 0;
  let failures = 0;
  let restsUntilMs = 0;
  let sending: Promise<void> | null = null;

  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      const how = await deliver(batch);
      if (how === 'later') {
        restsUntilMs = Math.max(
          restsUntilMs,
          performance.now() + Math.min(LONGEST_REST_MS, firstRestMs * 2 ** Math.min(failures, 10)),
        );
        failures += 1;
        return;
      }
      failures = 0;
      waiting = waiting.slice(batch.length);
      if (how === 'taken') sent += batch.length;
      else dropped += batch.length;
    }
  };
  const deliver = async (batch: readonly string[]): Promise<Delivered> => {
    const headers = spec.headers();
    if (headers === null) {
      tell('what the headers of spans refer to cannot be had', {});
      return 'later';
    }
    try {
      const {
        statusCode,
        headers: given,
        body,
      } = await request(spec.endpoint, {
        method: 'POST',
        dispatcher: agent,
        headers: { ...headers, 'content-type': 'application/json' },
        body: encodeDelivery(spec.resource, batch),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await readSome(body);
      if (statusCode >= 200 && statusCode < 300) {
        const rejected = Math.min(batch.length, rejectedIn(text));
        // They were counted as sent with the rest.
        sent -= rejected;
        dropped += rejected;
        if (rejected > 0) tell('the collector did not take all spans', { rejected });
        return 'taken';
      }
      tell('the collector does not take spans', { status: statusCode });
      if (statusCode !== 429 && statusCode !== 502 && statusCode !== 503 && statusCode !== 504)
        return 'refused';
      const seconds = Number(given['retry-after']);
      if (seconds > 0) restsUntilMs = performance.now() + Math.min(LONGEST_REST_MS, seconds * 1000);
      return 'later';
    } catch (error) {
      tell('the collector of spans cannot be reached', { err: error });
      return 'later';
    }
  };
  const tell = (what: string, about: object): void => {
    if (failures === 0) spec.onTrouble(what, about);
  };
  const flush = (): void => {
    if (sending !== null || waiting.length === 0 || performance.now() < restsUntilMs) return;
    sending = send().finally(() => {
      sending = null;
    });
  };
  const timer = setInterval(flush, everyMs);
  timer.unref();

  const exporter: SpanExporter = {
    hasRoom() {
      if (waiting.length < waitingAtMost) return true;
      requestsMissed += 1;
      return false;
    },
    add(spans) {
      const room = Math.max(0, waitingAtMost - waiting.length);
      dropped += Math.max(0, spans.length - room);
      // One by one as they end, so that no delivery stops the process to encode them all.
      for (const span of spans.slice(0, room)) waiting.push(encodeSpan(span));
    },
    counts: () => ({ sent, dropped, waiting: waiting.length, requestsMissed }),
    series: () => spanSeries(exporter.counts()),
    async close(withinMs = CLOSE_WITHIN_MS) {
      clearInterval(timer);
      restsUntilMs = 0;
      await sending;
      flush();
      let late: NodeJS.Timeout | undefined;
      await Promise.race([
        sending,
        new Promise((resolve) => {
          late = setTimeout(resolve, withinMs);
        }),
      ]);
      clearTimeout(late);
      dropped += waiting.length;
      waiting = [];
      await agent.destroy();
    },
  };
  return exporter;
}

const spanSeries = ({ sent, dropped, waiting, requestsMissed }: SpanCounts): SeriesFamily[] => [
  {
    name: 'tidegate_spans',
    kind: 'counter',
    help: 'Spans by what became of them.',
    series: [
      { labels: { outcome: 'sent' }, value: sent },
      { labels: { outcome: 'dropped' }, value: dropped },
    ],
  },
  {
    name: 'tidegate_spans_waiting',
    kind: 'gauge',
    help: 'Spans that are not sent yet.',
    series: [{ labels: {}, value: waiting }],
  },
  {
    name: 'tidegate_span_requests_missed',
    kind: 'counter',
    help: 'Sampled requests of which no spans were made, for too many waited.',
    series: [{ labels: {}, value: requestsMissed }],
  },
];

async function readSome(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_AT_MOST) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A collector may take some of a delivery; it is not to be sent again. */
function rejectedIn(text: string): number {
  try {
    const answer = JSON.parse(text) as { partialSuccess?: { rejectedSpans?: unknown } } | null;
    const rejected = Number(answer?.partialSuccess?.rejectedSpans ?? 0);
    return Number.isFinite(rejected) && rejected > 0 ? rejected : 0;
  } catch {
    return 0;
  }
}

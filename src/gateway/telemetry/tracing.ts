import type { GatewayTelemetry } from '../../core/routing/telemetry-spec.ts';
import type { Exchange } from '../exchange.ts';
import { beginRequestSpans } from './spans/request-spans.ts';
import type { SpanExporter } from './spans/span-exporter.ts';
import { newSpanId, newTrace, SAMPLED, type Trace, traceIn } from './trace-context.ts';

/** How the requests of a process become parts of traces. */
export interface Tracing {
  /** Also requests that come without a trace get one. */
  readonly makesTraces: boolean;
  readonly sampleShare: number;
  /** Null: nobody collects spans. */
  readonly spans: SpanExporter | null;
}

/** Of the traces that begin at a gateway that nobody has told anything; a service may ask for them all the same. */
const SAMPLE_SHARE = 0.1;

export const openTracing = (asked: GatewayTelemetry | undefined, spans: SpanExporter | null): Tracing => ({
  makesTraces: asked?.makesTraces ?? false,
  sampleShare: asked?.sampleShare ?? SAMPLE_SHARE,
  spans,
});

/**
 * The trace of a request: its own, or a new one where what it says cannot be read, or where it says nothing and somebody wants
 * one. Null: it is part of none.
 */
export function beginTrace(
  tracing: Tracing,
  { req, service }: Pick<Exchange, 'req' | 'service'>,
): Trace | null {
  const hasOwn = req.headers.traceparent !== undefined;
  if (!hasOwn && !tracing.makesTraces && service.route.telemetry?.makesTraces !== true) return null;
  const ids = traceIn(req.headers) ?? newTrace(tracing.sampleShare, Math.random());
  const spanId = newSpanId();
  const { spans } = tracing;
  const isCollected = spans !== null && (ids.flags & SAMPLED) === SAMPLED && spans.hasRoom();
  return { ...ids, spanId, upstreamId: spanId, spans: isCollected ? beginRequestSpans() : null };
}

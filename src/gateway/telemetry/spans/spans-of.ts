import type { Ending, Exchange } from '../../exchange.ts';
import { modelOf, providerName } from '../model-of.ts';
import { operationOf } from '../operation.ts';
import type { Trace } from '../trace-context.ts';
import type { Attempt } from './request-spans.ts';
import type { Span } from './span.ts';

/**
 * The spans of a request that is over: the gateway's own, and one for each release that was asked. Attributes by the conventions
 * for HTTP and for generative AI (https://opentelemetry.io/docs/specs/semconv/). No body, no key, no query, no header of a client.
 */
export function spansOf(exchange: Exchange, trace: Trace, ending: Ending, nowMs: number): Span[] {
  const { atMs, startedAtMs, status } = exchange;
  const attempts = trace.spans?.attempts ?? [];
  const at = (ms: number): number => atMs + (ms - startedAtMs);
  const error = errorOf(status, ending);
  const method = methodOf(exchange);
  const route = routeOf(exchange);
  const own: Span = {
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentId: trace.parentId,
    flags: trace.flags,
    name: `${method} ${route}`,
    kind: 'server',
    startMs: atMs,
    endMs: at(nowMs),
    hasFailed: status >= 500 || ending === 'failed' || ending === 'truncated',
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'url.scheme': 'encrypted' in exchange.req.socket ? 'https' : 'http',
      'url.path': shownPath(exchange),
      'http.response.status_code': status,
      'network.protocol.version': exchange.req.httpVersion,
      'error.type': error ?? undefined,
      'tidegate.invocation': exchange.id,
      'tidegate.service': exchange.service.route.service,
      'tidegate.ending': ending,
      'tidegate.track': exchange.assigned?.track,
      'tidegate.release': exchange.answering?.label,
      'tidegate.rollout': exchange.service.candidate?.route.rollout,
      'tidegate.rescued': exchange.isRescued || undefined,
      'tidegate.mirrored': exchange.isMirrored || undefined,
      'tidegate.cache': exchange.cache ?? undefined,
    },
  };
  return [
    own,
    ...attempts.map((attempt, index) => {
      const isLast = index === attempts.length - 1;
      return attemptSpan(exchange, trace, attempt, at, isLast ? { nowMs, error } : null);
    }),
  ];
}

function attemptSpan(
  exchange: Exchange,
  trace: Trace,
  attempt: Attempt,
  at: (ms: number) => number,
  /** Of the request, when it ended with this attempt. */
  end: { readonly nowMs: number; readonly error: string | null } | null,
): Span {
  const { track, via, status, startedAtMs, resends } = attempt;
  const operation = via.route.protocol === 'openai' ? operationOf(exchange.path) : null;
  const model = modelOf(track, via.route.service);
  const tokens = end === null ? null : exchange.tokens;
  const error = attempt.error ?? end?.error ?? errorOf(status, 'complete');
  const firstMs = tokens?.firstTokenAtMs ?? null;
  return {
    traceId: trace.traceId,
    spanId: attempt.spanId,
    parentId: trace.spanId,
    flags: trace.flags,
    name: operation === null ? methodOf(exchange) : `${operation} ${model}`,
    kind: 'client',
    startMs: at(startedAtMs),
    endMs: at(attempt.endedAtMs ?? end?.nowMs ?? startedAtMs),
    hasFailed: attempt.error !== null || status >= 400 || error !== null,
    attributes: {
      'http.request.method': methodOf(exchange),
      'http.response.status_code': status === 0 ? undefined : status,
      'http.request.resend_count': resends === 0 ? undefined : resends,
      'error.type': error ?? undefined,
      ...addressOf(attempt),
      'tidegate.service': via.route.service,
      'tidegate.track': track.track,
      'tidegate.release': track.label,
      ...(operation !== null && {
        'gen_ai.operation.name': operation,
        'gen_ai.provider.name': providerName(track),
        'gen_ai.request.model': model,
        'gen_ai.usage.input_tokens': tokens?.input ?? undefined,
        'gen_ai.usage.output_tokens': tokens?.output ?? undefined,
        'tidegate.first_token_seconds': firstMs === null ? undefined : (firstMs - startedAtMs) / 1000,
      }),
    },
  };
}

/** Of a release with several addresses it is not known here which of them answered. */
function addressOf({ track }: Attempt): Span['attributes'] {
  const [only, ...others] = track.upstreams;
  if (only === undefined || others.length > 0) return {};
  const { hostname, port, protocol } = new URL(only.address);
  return {
    'server.address': hostname.replace(/^\[|\]$/g, ''),
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
}

const errorOf = (status: number, ending: Ending): string | null => {
  if (ending === 'truncated' || ending === 'client-left') return ending;
  if (status >= 500) return String(status);
  return ending === 'failed' ? 'failed' : null;
};

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT']);

const methodOf = ({ req }: Exchange): string => (METHODS.has(req.method!) ? req.method! : '_OTHER');

/** One of a few, whatever clients ask for. */
function routeOf({ req, path }: Exchange): string {
  const url = req.url!;
  if (url.startsWith('/services/')) return '/services/{service}/*';
  if (url.startsWith('/v2/')) return '/v2/models/{service}/*';
  return operationOf(path) === null ? '/v1/*' : withoutQuery(path);
}

const PATH_AT_MOST = 256;

/** The paths of plain HTTP services may name people, so they stay here. */
function shownPath({ service, path }: Exchange): string | undefined {
  const isKnown = service.route.protocol === 'open-inference' || operationOf(path) !== null;
  return isKnown && service.route.protocol !== 'http' ? withoutQuery(path).slice(0, PATH_AT_MOST) : undefined;
}

const withoutQuery = (path: string): string => path.split('?', 1)[0]!;

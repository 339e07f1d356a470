import type { IncomingHttpHeaders } from 'node:http';
import { type Trace, traceParent } from '../telemetry/trace-context.ts';

/** RFC 9110 section 7.6.1, and what a gateway writes anew. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
const NOT_SENT_ON = new Set([...HOP_BY_HOP, 'host', 'content-length', 'expect']);
/** `alt-svc` would send clients past the gateway (RFC 7838). */
const NOT_PASSED_BACK = new Set([...HOP_BY_HOP, 'alt-svc']);

/** The cookie of the control plane's page. Browsers send it to every port of the host, so also to services behind us. */
const SESSION_COOKIE = 'tidegate_session';

/** `tidegate-` with any sign in place of the hyphen: services that read headers as CGI variables cannot tell them apart. */
const isOurs = (lowerCaseName: string): boolean =>
  lowerCaseName.charCodeAt(0) === 116 && /^tidegate[^a-z0-9]/.test(lowerCaseName);

/** The same confusion about what frames or routes a message: such a spelling is not passed on. */
function resemblesReserved(lowerCaseName: string): boolean {
  if (!lowerCaseName.includes('_')) return false;
  const hyphened = lowerCaseName.replaceAll('_', '-');
  return NOT_SENT_ON.has(hyphened) || hyphened === 'x-forwarded-for';
}

/** The cookies that travel on; empty when none is left. */
function withoutSession(cookies: string): string {
  if (!cookies.includes(SESSION_COOKIE)) return cookies;
  return cookies
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.split('=', 1)[0]!.trim() !== SESSION_COOKIE)
    .join('; ');
}

/** Names that the sender's `connection` header makes hop-by-hop; null when there are none beside the usual. */
function namedByConnection(value: string | string[] | undefined): Set<string> | null {
  if (value === undefined || value === 'keep-alive' || value === 'close') return null;
  return new Set(
    String(value)
      .split(',')
      .map((name) => name.trim().toLowerCase()),
  );
}

const setsSession = (cookie: string): boolean => cookie.split('=', 1)[0]!.trim() === SESSION_COOKIE;

export interface RequestHeadersSpec {
  readonly raw: readonly string[];
  readonly connection: string | undefined;
  /** Lower-case name of the header that held our own key. */
  readonly spent: string | null;
  readonly host: string;
  readonly clientAddress: string;
  readonly invocation: string;
  /** Only for bodies that are streamed; buffered ones are measured by the client library. */
  readonly contentLength: string | null;
  readonly isMirrored: boolean;
  /** Takes the place of the trace context that came. Default: that travels on as it is. */
  readonly trace?: Trace | null;
}

/** The headers of the upstream request, as a flat list of names and values. Nobody outside can set `tidegate-*` or `tidegate_*`. */
export function requestHeaders(spec: RequestHeadersSpec): string[] {
  const { raw, trace = null } = spec;
  const named = namedByConnection(spec.connection);
  const headers: string[] = ['host', spec.host];
  let forwardedFor = '';
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!;
    const lower = name.toLowerCase();
    if (NOT_SENT_ON.has(lower) || isOurs(lower) || resemblesReserved(lower)) continue;
    if (lower === spec.spent || named?.has(lower)) continue;
    if (trace !== null && (lower === 'traceparent' || (lower === 'tracestate' && !trace.keepsState)))
      continue;
    if (lower === 'x-forwarded-for') forwardedFor += `${raw[at + 1]}, `;
    else if (lower === 'cookie') {
      const cookies = withoutSession(raw[at + 1]!);
      if (cookies !== '') headers.push(name, cookies);
    } else headers.push(name, raw[at + 1]!);
  }
  headers.push('x-forwarded-for', forwardedFor + spec.clientAddress, 'tidegate-invocation', spec.invocation);
  if (spec.contentLength !== null) headers.push('content-length', spec.contentLength);
  if (trace !== null)
    headers.push('traceparent', traceParent(trace, spec.isMirrored ? trace.spanId : trace.upstreamId));
  if (spec.isMirrored) headers.push('tidegate-mirrored', 'true');
  return headers;
}

/**
 * The headers of an upstream answer that travel on, as a flat list. A service can neither set `tidegate-*` nor the cookie of
 * the control plane's page.
 */
export function responseHeaders(headers: IncomingHttpHeaders, status: number): string[] {
  const named = namedByConnection(headers.connection);
  const list: string[] = [];
  for (const name in headers) {
    if (NOT_PASSED_BACK.has(name) || isOurs(name) || named?.has(name)) continue;
    const value = headers[name];
    if (value === undefined) continue;
    // A reader who waits for such a body would take it from the answer after this (RFC 9110, section 8.6).
    if (status === 204 && name === 'content-length') continue;
    const isCookie = name === 'set-cookie';
    for (const one of typeof value === 'string' ? [value] : value)
      if (!isCookie || !setsSession(one)) list.push(name, one);
  }
  return list;
}

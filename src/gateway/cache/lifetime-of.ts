import type { IncomingHttpHeaders } from 'node:http';
import type { CachePolicy } from '../../core/routing/cache-policy.ts';
import { cacheDirectives } from './cache-directives.ts';
import { isToldApart } from './is-told-apart.ts';

/**
 * For how long (ms) an answer with these headers may be given again; 0: not at all. A release may shorten what the policy allows,
 * or forbid it: `cache-control`, `expires`, `vary` (RFC 9111), or a cookie. An answer that does not say where it ends is not kept: when
 * its connection breaks it looks complete.
 */
export function lifetimeOf(
  status: number,
  headers: IncomingHttpHeaders,
  { ttlMs, vary }: Pick<CachePolicy, 'ttlMs' | 'vary'>,
  nowMs: number,
): number {
  if (status !== 200 || headers['set-cookie'] !== undefined || headers['content-range'] !== undefined)
    return 0;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return 0;
  if (!isToldApart(textOf(headers.vary), vary)) return 0;
  const control = cacheDirectives(textOf(headers['cache-control']));
  if (control.has('no-store') || control.has('private') || control.has('no-cache')) return 0;
  const seconds = control.seconds('s-maxage') ?? control.seconds('max-age');
  const allowedMs = seconds === null ? untilExpiry(headers, nowMs) : seconds * 1000;
  const ageMs = Math.max(0, Number(headers.age ?? 0) || 0) * 1000;
  return Math.max(0, Math.min(ttlMs, allowedMs - ageMs));
}

function untilExpiry(headers: IncomingHttpHeaders, nowMs: number): number {
  const { expires, date } = headers;
  if (expires === undefined) return Number.POSITIVE_INFINITY;
  const endsAtMs = Date.parse(expires);
  const fromMs = date === undefined ? nowMs : Date.parse(date);
  // What is no date is in the past (RFC 9111, section 5.3).
  return Number.isNaN(endsAtMs) || Number.isNaN(fromMs) ? 0 : endsAtMs - fromMs;
}

/** A service may send a header twice, which makes a list of some. */
const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  value === undefined || typeof value === 'string' ? value : value.join(', ');

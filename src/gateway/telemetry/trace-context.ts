import { randomFillSync } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestSpans } from './spans/request-spans.ts';

/** Where a request stands in a trace (https://www.w3.org/TR/trace-context/). */
export interface Trace {
  /** 32 digits. */
  readonly traceId: string;
  /** Of whoever sent the request, 16 digits; null where the trace begins here. */
  readonly parentId: string | null;
  /** Of the gateway's own work. */
  readonly spanId: string;
  /** Bit 0: sampled. Bit 1: the id of the trace is random. */
  readonly flags: number;
  /** What came as `tracestate` belongs to this trace and travels on. */
  readonly keepsState: boolean;
  /** What the release that is asked now takes for its parent. */
  upstreamId: string;
  /** Null: nobody collects spans of it. */
  readonly spans: RequestSpans | null;
}

export type TraceIds = Pick<Trace, 'traceId' | 'parentId' | 'flags' | 'keepsState'>;

export const SAMPLED = 1;
const RANDOM = 2;
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = '0'.repeat(32);
const NO_PARENT = '0'.repeat(16);

/** The trace that a request is part of by its own word; null when it says nothing, or nothing that can be read. */
export function traceIn(headers: IncomingHttpHeaders): TraceIds | null {
  const { traceparent, tracestate } = headers;
  // Several of them arrive joined by a comma, which is no trace either.
  if (typeof traceparent !== 'string') return null;
  const match = TRACEPARENT.exec(traceparent);
  if (match === null) return null;
  const [, version, traceId, parentId, flags, more] = match;
  if (version === 'ff' || traceId === NO_TRACE || parentId === NO_PARENT) return null;
  if (version === '00' && more !== undefined) return null;
  // Of later versions nothing but the first flag is known.
  const known = version === '00' ? SAMPLED | RANDOM : SAMPLED;
  return {
    traceId: traceId!,
    parentId: parentId!,
    flags: Number.parseInt(flags!, 16) & known,
    keepsState: tracestate === undefined || isTraceState(String(tracestate)),
  };
}

/** A trace that begins here. `chance` from 0 to below 1, uniformly drawn. */
export const newTrace = (sampleShare: number, chance: number): TraceIds => ({
  traceId: randomHex(16),
  parentId: null,
  flags: RANDOM | (chance < sampleShare ? SAMPLED : 0),
  keepsState: false,
});

export const newSpanId = (): string => randomHex(8);

/** As the next one gets it. */
export const traceParent = ({ traceId, flags }: Pick<Trace, 'traceId' | 'flags'>, parentId: string): string =>
  `00-${traceId}-${parentId}-0${flags}`;

const MEMBERS_AT_MOST = 32;
const MEMBER =
  /^(?:[a-z0-9][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

function isTraceState(text: string): boolean {
  const members = text.split(',');
  if (members.length > MEMBERS_AT_MOST) return false;
  return members.every((member) => {
    const trimmed = member.replace(/^[ \t]+|[ \t]+$/g, '');
    return trimmed === '' || MEMBER.test(trimmed);
  });
}

/** Random bytes by the thousand: asked for one by one they cost more than all the rest here. */
const pool = Buffer.allocUnsafe(8_192);
let used = pool.length;

function randomHex(bytes: 8 | 16): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString('hex', used, used + bytes);
  used += bytes;
  return text === NO_TRACE || text === NO_PARENT ? randomHex(bytes) : text;
}

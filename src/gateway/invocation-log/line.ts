import type { FeedbackReport } from '../../core/routing/link.ts';
import type { ErrorClass } from '../../core/translation/error-class.ts';
import { placeOf } from '../assignment/assign.ts';
import type { Ending, Exchange } from '../exchange.ts';

import { isoTime } from './iso-time.ts';

/** A line about one invocation, as it is read back. */
export interface InvocationRecord {
  readonly kind: 'invocation';
  readonly id: string;
  readonly at: string;
  readonly service: string;
  /** The track that was drawn (but see `overflow`); absent, like everything about the release, when nothing was exposed. */
  readonly track?: 'stable' | 'candidate';
  readonly release?: string;
  readonly version?: string;
  readonly rollout?: string | null;
  readonly stage?: number | null;
  readonly generation?: string;
  /** Candidate share when it was drawn. */
  readonly share: number;
  readonly status: number;
  readonly ms: number;
  readonly ending: Ending;
  /** Stable answered in the candidate's place; its release follows. */
  readonly rescued: boolean;
  readonly answeredBy?: string;
  /** This service's stable answered in the place of the one that was asked; its release follows. */
  readonly fallback?: string;
  /** What the answer says of itself. Absent: it does not, or cannot be read. */
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  /** What the refusal of a provider comes down to, such as `context-too-long`. Absent: it refused nothing, or that could not be read. */
  readonly upstreamError?: ErrorClass;
  /** Of all its calls, in nano-dollars, as far as it was known when it ended; null: not at all. Absent: nobody expects a cost. */
  readonly costNanoUsd?: number | null;
  /** Calls whose cost is not known are missing from it. Absent: none. */
  readonly costPartly?: true;
  /** Until the first piece of a streamed answer, not counting events that only announce it. */
  readonly firstTokenMs?: number;
  /** The trace that it is part of, and the gateway's place in it, as `traceparent` writes them. Absent: it is part of none. */
  readonly trace?: string;
  readonly span?: string;
  /** The first address failed, and another of the same release answered. Absent: no. */
  readonly retried?: true;
  /** What the service's cache had to do with it: `joined` got the answer of a call that was under way. Absent: it has none. */
  readonly cache?: 'hit' | 'miss' | 'bypass' | 'joined';
  /** The invocation whose answer it was given as well. */
  readonly sparedBy?: string;
  /** How many requests its call was made for. Absent: for it alone. */
  readonly batchedWith?: number;
  readonly mirrored: boolean;
  /** Drawn for the candidate, which has had more than its share already: the track is stable's. Absent: no. */
  readonly overflow?: true;
  readonly key: string | null;
  /** Where the sticky key stands, never the key. */
  readonly sticky: string | null;
}

export interface FeedbackRecord extends FeedbackReport {
  readonly kind: 'feedback';
  readonly at: string;
  readonly late: boolean;
  readonly key: string | null;
}

export function invocationLine(exchange: Exchange, ending: Ending, ms: number): string {
  const { assigned, service, snapshot } = exchange;
  const fragment =
    assigned?.logFragment ??
    `"service":${JSON.stringify(service.route.service)},"generation":"${generationText(snapshot.table.generation)}"`;
  const isFallback = exchange.via !== service;
  const rescue =
    exchange.isRescued || isFallback
      ? `"rescued":${exchange.isRescued},"answeredBy":"${exchange.answering!.label}"`
      : '"rescued":false';
  return (
    `{"kind":"invocation","id":"${exchange.id}","at":"${isoTime(exchange.atMs)}",${fragment}` +
    `,"share":${exchange.share},"status":${exchange.status},"ms":${Math.round(ms * 100) / 100},"ending":"${ending}",${rescue}` +
    `,"mirrored":${exchange.isMirrored}${exchange.isOverflow ? ',"overflow":true' : ''}${exchange.isRetried ? ',"retried":true' : ''}${isFallback ? `,"fallback":"${exchange.via.route.service}"` : ''}${exchange.upstreamError === null ? '' : `,"upstreamError":"${exchange.upstreamError}"`}${tokensText(exchange)}${costText(exchange)}${sparedText(exchange)}${traceText(exchange)},"key":${exchange.keyId === null ? 'null' : JSON.stringify(exchange.keyId)}` +
    `,"sticky":${exchange.keyDigest === null ? 'null' : `"${placeOf(exchange.keyDigest).toString(32).slice(2, 12)}"`}}\n`
  );
}

const traceText = ({ trace }: Exchange): string =>
  trace === null ? '' : `,"trace":"${trace.traceId}","span":"${trace.spanId}"`;

function tokensText({ tokens, startedAtMs }: Exchange): string {
  if (tokens === null) return '';
  const { input, output, firstTokenAtMs } = tokens;
  return (
    (input === null ? '' : `,"tokensIn":${input}`) +
    (output === null ? '' : `,"tokensOut":${output}`) +
    (firstTokenAtMs === null
      ? ''
      : `,"firstTokenMs":${Math.round((firstTokenAtMs - startedAtMs) * 100) / 100}`)
  );
}

function sparedText({ cache, sparedBy, batchedWith }: Exchange): string {
  return (
    (cache === null ? '' : `,"cache":"${cache}"`) +
    (sparedBy === null ? '' : `,"sparedBy":"${sparedBy}"`) +
    (batchedWith === 0 ? '' : `,"batchedWith":${batchedWith}`)
  );
}

function costText({ costNanos, isCostPartly }: Exchange): string {
  if (costNanos === null) return isCostPartly ? ',"costNanoUsd":null' : '';
  return `,"costNanoUsd":${costNanos}${isCostPartly ? ',"costPartly":true' : ''}`;
}

export function feedbackLine(
  report: FeedbackReport,
  atMs: number,
  isLate: boolean,
  keyId: string | null,
): string {
  const record: FeedbackRecord = {
    kind: 'feedback',
    ...report,
    at: new Date(atMs).toISOString(),
    late: isLate,
    key: keyId,
  };
  return `${JSON.stringify(record)}\n`;
}

const generationText = ({ epoch, seq, cut }: { epoch: number; seq: number; cut: number }): string =>
  `${epoch}.${seq}.${cut}`;

import type { ErrorCode } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import { finish } from './finish.ts';
import { unreadOf } from './http/message.ts';
import { sendProblem } from './http/problem.ts';
import type { Parts } from './parts.ts';
import type { LiveTrack } from './routes/snapshot.ts';
import { type Failure, isTimeout } from './upstreams/failure.ts';

const STATUS = {
  'bad-request': 400,
  overloaded: 503,
  'upstream-timeout': 504,
  'upstream-key': 502,
  'upstream-failed': 502,
} as const satisfies Partial<Record<ErrorCode, number>>;

/** Ends an invocation whose release gave no answer, with a problem that says why. To be called before any answer has begun. */
export function failAnswer(parts: Parts, exchange: Exchange, track: LiveTrack, failure: Failure): void {
  const code = codeOf(failure);
  exchange.status = STATUS[code];
  finish(parts, exchange, 'failed');
  const { req, res, via } = exchange;
  const isUploading = exchange.body !== null && !Buffer.isBuffer(exchange.body);
  if (isUploading) unreadOf(req)?.unpipe().resume();
  const about =
    failure.kind === 'unsendable' || failure.kind === 'untranslatable'
      ? 'The request cannot be passed on'
      : `The service "${via.route.service}" failed`;
  sendProblem(res, code, `${about}: ${whatHappened(failure)}.`, {
    'tidegate-invocation': exchange.id,
    'tidegate-release': track.label,
    ...(exchange.isRescued ? { 'tidegate-rescued': 'true' } : {}),
    ...(isUploading || parts.isDraining ? { connection: 'close' } : {}),
  });
}

function codeOf(failure: Failure): keyof typeof STATUS {
  if (failure.kind === 'unsendable' || failure.kind === 'untranslatable') return 'bad-request';
  if (failure.kind === 'exhausted') return 'overloaded';
  if (failure.kind === 'no-key' || failure.kind === 'key-refused') return 'upstream-key';
  return isTimeout(failure) ? 'upstream-timeout' : 'upstream-failed';
}

/** Addresses and texts of the network stay inside. */
function whatHappened(failure: Failure): string {
  switch (failure.kind) {
    case 'refused':
      return 'it takes no connections';
    case 'reset':
      return 'the connection broke';
    case 'garbled':
      return 'its answer is not valid HTTP';
    case 'unsendable':
      return 'it is not valid HTTP/1.1';
    case 'exhausted':
      return 'the gateway has no connection left for it';
    case 'no-key':
      return 'the gateway has no key for its provider';
    case 'key-refused':
      return 'its provider does not accept the key of the gateway';
    case 'untranslatable':
    case 'client-stalled':
    case 'first-byte-timeout':
    case 'idle-timeout':
    case 'total-timeout':
      return failure.detail;
  }
}

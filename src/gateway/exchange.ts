import type { ErrorClass } from '../core/translation/error-class.ts';
import type { Keeping } from './cache/keeping.ts';
import type { Checking } from './checks/answer-checks.ts';
import type { Ask, Reply } from './http/message.ts';
import type { Upload } from './http/read-body.ts';
import type { Claims } from './identity/claim-at.ts';
import type { Pass } from './limits/admission.ts';
import type { CapturedAnswer } from './mirror/captured-answer.ts';
import type { Comparing } from './mirror/comparing.ts';
import type { Outcome } from './outcomes/outcomes.ts';
import type { TokenMeter } from './providers/token-meter.ts';
import type { LiveService, LiveTrack, Snapshot } from './routes/snapshot.ts';
import type { Trace } from './telemetry/trace-context.ts';
import type { Call } from './upstreams/call.ts';

/** How an invocation ended, as the log says it. */
export type Ending = 'complete' | 'refused' | 'failed' | 'truncated' | 'client-left';

/** One invocation on its way through the gateway. */
export interface Exchange {
  readonly req: Ask;
  readonly res: Reply;
  readonly snapshot: Snapshot;
  readonly service: LiveService;
  /** Path and query for the upstream. */
  readonly path: string;
  readonly keyId: string | null;
  readonly spent: string | null;
  /** What the caller's token says; null without one. */
  readonly claims: Claims | null;
  /** A buffer can be sent again; an upload cannot. */
  readonly body: Buffer | Upload | null;
  readonly contentLength: string | null;
  readonly expectsStream: boolean;
  /** Of a request that limits bound. */
  readonly pass: Pass | null;
  /** Monotonic; when it asked to be let in. 0: nothing could make it wait. */
  readonly arrivedAtMs: number;
  /** The rest is settled when the request is assigned. */
  id: string;
  atMs: number;
  startedAtMs: number;
  share: number;
  /** Everything that is decided about its sticky key; null without one. */
  keyDigest: Buffer | null;
  setCookie: string | null;
  /** Too much has gone to the candidate already: no request is evidence now. */
  isCeilingReached: boolean;
  /** Drawn for the candidate, but over the ceiling: stable's from the start. */
  isOverflow: boolean;
  /** The track whose request it is; null when nothing is exposed. */
  assigned: LiveTrack | null;
  /** Whose answer goes out: stable's after a rescue, that of `via` after a fallback. */
  answering: LiveTrack | null;
  /** The service of `answering`: the one that was asked, or a fallback of it. */
  via: LiveService;
  fallbacksTried: number;
  answeringSinceMs: number;
  outcome: Outcome | null;
  call: Call | null;
  capture: CapturedAnswer | null;
  /** Of the answer that goes out; null where nothing can be read. */
  tokens: TokenMeter | null;
  /** Of its calls so far, in nano-dollars; null: none of them has a known cost. */
  costNanos: number | null;
  /** What a call of it cost is not known. */
  isCostPartly: boolean;
  /** What a provider's refusal comes down to; null: there was none that could be read. */
  upstreamError: ErrorClass | null;
  /** The call that was to answer could not be made at all. */
  isUnsent: boolean;
  /** Null: it is part of no trace. */
  trace: Trace | null;
  comparing: Comparing | null;
  checking: Checking | null;
  status: number;
  isRescued: boolean;
  /** Another address of the same release was asked after the first had failed. */
  isRetried: boolean;
  isMirrored: boolean;
  /** What the cache had to do with it; null where the service has none. `joined`: it got the answer of a call that was under way. */
  cache: 'hit' | 'miss' | 'bypass' | 'joined' | null;
  /** No call was made for it: another one's answer is its own as well. */
  isSpared: boolean;
  /** The invocation that the answer was first for; null when it is its own. */
  sparedBy: string | null;
  /** Sets the answer aside for the cache; null when it is not wanted there. */
  keeping: Keeping | null;
  /** How many requests one call was made for; 0 when it was sent by itself. */
  batchedWith: number;
  /** Hears of the end in the place of counters and log; null but for a call that several requests share. */
  onOver: ((ending: Ending) => void) | null;
  isFinished: boolean;
}

/** True when sending the request twice does no harm beyond the cost. */
export function mayBeRepeated({ req, service, body }: Pick<Exchange, 'req' | 'service' | 'body'>): boolean {
  if (body !== null && !Buffer.isBuffer(body)) return false;
  const { protocol, repeatable } = service.route;
  return (
    protocol !== 'http' ||
    repeatable ||
    req.method === 'GET' ||
    req.method === 'HEAD' ||
    req.method === 'OPTIONS'
  );
}

/** True when stable can still answer in the candidate's place: nothing was sent, sending again is safe, time is left. */
export function mayBeRescued(exchange: Exchange, nowMs: number): boolean {
  const { service, res, assigned, isRescued } = exchange;
  return (
    assigned?.track === 'candidate' &&
    !isRescued &&
    service.stable !== null &&
    service.candidate?.route.rescue === true &&
    !res.headersSent &&
    !res.destroyed &&
    nowMs < exchange.startedAtMs + service.route.timeouts.totalMs &&
    mayBeRepeated(exchange)
  );
}

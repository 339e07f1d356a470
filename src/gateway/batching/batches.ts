import type { BatchingPolicy } from '../../core/routing/batching-policy.ts';
import { travellingHeaders } from '../cache/travelling-headers.ts';
import type { Exchange } from '../exchange.ts';
import type { LiveService, LiveTrack } from '../routes/snapshot.ts';
import type { Call, CallListener, CallRequest } from '../upstreams/call.ts';
import type { RunningCalls } from '../upstreams/running-calls.ts';
import { type Batch, openBatch } from './batch.ts';
import { type InferRequest, inferRequest } from './infer-request.ts';

/** Puts inference requests together that come at about the same time. One for each gateway process. */
export interface Batches {
  /** Takes a request to a release that lets it, as `call` would; null when it is to be sent by itself. */
  take(exchange: Exchange, via: LiveService, track: LiveTrack, asked: Asked): Call | null;
  counts(): BatchCounts;
}

export interface Asked {
  readonly request: CallRequest;
  readonly listener: CallListener;
  readonly running: RunningCalls;
}

/** Since boot. */
export interface BatchCounts {
  /** Calls that were made for several requests. */
  readonly calls: number;
  /** Requests in them. */
  readonly requests: number;
  /** Of those, sent once more by themselves, as the call for all of them failed. */
  readonly singly: number;
}

/** Its answers cannot be taken apart, or it refuses what was put together: then it is left alone for a while. */
const REST_AFTER = 3;
const REST_MS = 60_000;

export function openBatches(): Batches {
  const open = new Map<LiveTrack, Map<string, Batch>>();
  const refusals = new WeakMap<LiveTrack, { inARow: number; restsUntilMs: number }>();
  const counts = { calls: 0, requests: 0, singly: 0 };

  const rests = (track: LiveTrack): boolean => {
    const known = refusals.get(track);
    return known !== undefined && performance.now() < known.restsUntilMs;
  };
  const noteSplit = (track: LiveTrack, isSplit: boolean): void => {
    const known = refusals.get(track) ?? { inARow: 0, restsUntilMs: 0 };
    refusals.set(track, known);
    known.inARow = isSplit ? 0 : known.inARow + 1;
    if (known.inARow < REST_AFTER) return;
    known.inARow = 0;
    known.restsUntilMs = performance.now() + REST_MS;
  };
  const batchFor = (
    track: LiveTrack,
    key: string,
    request: InferRequest,
    policy: BatchingPolicy,
    asked: Asked,
  ): Batch => {
    const present = open.get(track)?.get(key);
    if (present?.hasRoomFor(request) === true) return present;
    // It is as full as it gets with this one waiting behind it.
    present?.send();
    let own = open.get(track);
    if (own === undefined) open.set(track, (own = new Map()));
    const batch = openBatch({
      upstreams: track.upstreams,
      running: asked.running,
      rowsAtMost: policy.rowsAtMost,
      waitMs: policy.waitMs,
      onSent(requests) {
        const batches = open.get(track);
        if (batches?.get(key) === batch) batches.delete(key);
        if (batches?.size === 0) open.delete(track);
        if (requests < 2) return;
        counts.calls += 1;
        counts.requests += requests;
      },
      onAnswered: (isSplit) => noteSplit(track, isSplit),
      onSingly(requests) {
        counts.singly += requests;
      },
    });
    own.set(key, batch);
    return batch;
  };

  return {
    take(exchange, via, track, asked) {
      const policy = via.route.batching;
      const { body } = asked.request;
      // Evidence is about what a release does with one request: see docs/adr/0012.
      if (policy === undefined || exchange.outcome !== null || !Buffer.isBuffer(body)) return null;
      if (!isInference(exchange) || rests(track)) return null;
      const request = inferRequest(body);
      if (request === null || request.rows >= policy.rowsAtMost) return null;
      const key = `${asked.request.path}\n${travellingHeaders(exchange, track, undefined)}\n${request.kind}`;
      return batchFor(track, key, request, policy, asked).add(exchange, request, asked);
    },
    counts: () => ({ ...counts }),
  };
}

const INFER_PATH = /\/infer(\?|$)/;

/** JSON alone: a body in binary, or compressed, is sent as it is. */
function isInference({ req, service, path, expectsStream }: Exchange): boolean {
  const { headers, method } = req;
  return (
    method === 'POST' &&
    service.route.protocol === 'open-inference' &&
    !expectsStream &&
    INFER_PATH.test(path) &&
    headers['inference-header-content-length'] === undefined &&
    headers['content-encoding'] === undefined &&
    (headers['content-type'] === undefined || headers['content-type'].startsWith('application/json'))
  );
}

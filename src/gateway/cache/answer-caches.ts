import { answerUser } from '../answer-user.ts';
import type { Exchange } from '../exchange.ts';
import type { Parts } from '../parts.ts';
import type { LiveTrack, Snapshot } from '../routes/snapshot.ts';
import { type AnswerStore, openAnswerStore } from './answer-store.ts';
import { type Flight, openFlight } from './flight.ts';
import { beginKeeping } from './keeping.ts';
import { mayReuse } from './may-reuse.ts';
import { requestKey } from './request-key.ts';
import { sendKept } from './send-kept.ts';

/** Answers requests without asking a release, where the service lets it. One for each gateway process. */
export interface AnswerCaches {
  /**
   * Takes a request of a service with a cache that has been drawn for `track`. True: it is answered, or will be with another one.
   * False: it is to be asked, and what the answer is to be kept by stands in `exchange.keeping`.
   */
  answers(parts: Parts, exchange: Exchange, track: LiveTrack): boolean;
  /** A newer table is in force: what releases have left behind that are not on it is gone. */
  follow(snapshot: Snapshot): void;
  /** Drops what is over; looks only every few seconds. */
  sweep(nowMs: number): void;
  counts(): CacheCounts;
}

/** Requests since boot; one that joined and was asked after all is in both counts. `answers`, `bytes` and `heldBytes` are those of now. */
export interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly bypassed: number;
  readonly joined: number;
  readonly evicted: number;
  readonly answers: number;
  readonly bytes: number;
  /** Of answers that are on their way. */
  readonly heldBytes: number;
}

const SWEEP_EVERY_MS = 10_000;

export function openAnswerCaches(): AnswerCaches {
  const stores = new Map<string, AnswerStore>();
  const flights = new Map<string, Flight>();
  const requests = { hit: 0, miss: 0, bypass: 0, joined: 0 };
  let evictedBefore = 0;
  let sweepAtMs = 0;

  const note = (exchange: Exchange, outcome: keyof typeof requests): void => {
    exchange.cache = outcome;
    requests[outcome] += 1;
  };

  const answers = (parts: Parts, exchange: Exchange, track: LiveTrack): boolean => {
    const { service, outcome } = exchange;
    const { cache: policy, protocol } = service.route;
    const store = stores.get(service.route.service);
    const reuse = policy === undefined || store === undefined ? null : mayReuse(exchange, policy);
    if (reuse === null) {
      note(exchange, 'bypass');
      return false;
    }
    // Evidence is about what a release does when it is asked: see docs/adr/0012.
    const mayLook = reuse.mayLook && outcome === null;
    const key = requestKey(exchange, track, policy!);
    if (mayLook) {
      const nowMs = performance.now();
      const kept = store!.take(key, nowMs);
      if (kept !== null && nowMs - kept.keptAtMs <= Math.min(reuse.ageMsAtMost, policy!.ttlMs)) {
        note(exchange, 'hit');
        sendKept(parts, exchange, track, kept, nowMs);
        return true;
      }
    }
    if (reuse.mayKeep && policy!.ttlMs > 0)
      exchange.keeping = beginKeeping({
        store: store!,
        policy: policy!,
        protocol,
        key,
        release: track.counts.release,
        invocation: exchange.id,
      });
    if (!mayLook || !policy!.isCoalescing) {
      note(exchange, mayLook ? 'miss' : 'bypass');
      return false;
    }
    const under = flights.get(key);
    if (under?.isOpen() === true) {
      exchange.keeping = null;
      note(exchange, 'joined');
      under.join(exchange);
      return true;
    }
    note(exchange, 'miss');
    const flight: Flight = openFlight({
      parts,
      leader: exchange,
      track,
      bytesAtMost: policy!.entryBytesAtMost,
      store: store!,
      vary: policy!.vary,
      onClosed() {
        if (flights.get(key) === flight) flights.delete(key);
      },
      // Its own time is not over, though that of the flight is.
      again(waiting) {
        if (!answers(parts, waiting, track)) answerUser(parts, waiting, track);
      },
      // Another flight would end like this one, and the next after it: each would wait for all before it.
      alone(waiting) {
        note(waiting, 'miss');
        answerUser(parts, waiting, track);
      },
    });
    flights.set(key, flight);
    flight.start();
    return true;
  };

  return {
    answers,
    follow({ services }) {
      for (const [name, store] of stores) {
        if (services.get(name)?.route.cache !== undefined) continue;
        evictedBefore += store.counts().evicted;
        stores.delete(name);
      }
      for (const [name, { route, stable, candidate }] of services) {
        if (route.cache === undefined) continue;
        let store = stores.get(name);
        if (store === undefined) stores.set(name, (store = openAnswerStore()));
        const releases = new Set<string>();
        for (const track of [stable, candidate]) if (track !== null) releases.add(track.counts.release);
        const { ttlMs, bytesAtMost } = route.cache;
        store.allow(releases, ttlMs > 0 ? bytesAtMost : 0, bytesAtMost);
      }
    },
    sweep(nowMs) {
      if (stores.size === 0 || nowMs < sweepAtMs) return;
      sweepAtMs = nowMs + SWEEP_EVERY_MS;
      for (const store of stores.values()) store.sweep(nowMs);
    },
    counts() {
      const sum = { answers: 0, bytes: 0, heldBytes: 0, evicted: evictedBefore };
      for (const store of stores.values()) {
        const counts = store.counts();
        sum.answers += counts.answers;
        sum.bytes += counts.bytes;
        sum.heldBytes += counts.heldBytes;
        sum.evicted += counts.evicted;
      }
      const { hit, miss, bypass, joined } = requests;
      return { hits: hit, misses: miss, bypassed: bypass, joined, ...sum };
    },
  };
}

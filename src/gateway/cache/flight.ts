import { answerUser } from '../answer-user.ts';
import type { Ending, Exchange } from '../exchange.ts';
import { failAnswer } from '../fail-answer.ts';
import { finish } from '../finish.ts';
import { breakOff } from '../http/break-off.ts';
import type { Parts } from '../parts.ts';
import type { LiveTrack } from '../routes/snapshot.ts';
import type { Call } from '../upstreams/call.ts';
import type { AnswerStore } from './answer-store.ts';
import { failInside } from './fail-inside.ts';
import { isForAll } from './is-for-all.ts';
import { payForCall } from './pay-for-call.ts';
import { SharedResponse } from './shared-response.ts';

/** One call to a release whose answer goes to everybody who asked the same while it was under way. */
export interface Flight {
  /** More may still come in: the answer has not ended, and all of it so far is at hand. */
  isOpen(): boolean;
  join(exchange: Exchange): void;
  /** Sends the request. To be called once. Where that throws the flight is over, and its request is up to the caller. */
  start(): void;
}

export interface FlightSpec {
  readonly parts: Parts;
  readonly leader: Exchange;
  readonly track: LiveTrack;
  /** So much of the answer is held for those who come later. */
  readonly bytesAtMost: number;
  /** Where that is counted. */
  readonly store: Pick<AnswerStore, 'hold' | 'letGo'>;
  /** Of the policy: what tells requests apart. */
  readonly vary: readonly string[] | undefined;
  /** Nobody may join any more. */
  readonly onClosed: () => void;
  /** Takes back a request that came later, when the time of the flight is over and its own is not. */
  readonly again: (exchange: Exchange) => void;
  /** Takes back a request that came later, when the answer turns out to be for the first one only. */
  readonly alone: (exchange: Exchange) => void;
}

interface Waiter {
  readonly exchange: Exchange;
  readonly call: Call;
  hasHead: boolean;
  /** Its client reads more slowly than the answer comes. */
  isBehind: boolean;
}

/** A client that is so far behind others is let go, for the answer waits only when everybody is behind. */
const BEHIND_BYTES_AT_MOST = 1024 * 1024;
/** Each waiter has its own, or none. */
const OWN = new Set(['tidegate-invocation', 'tidegate-cache', 'connection']);
/** True of the first request alone. */
const OF_LEADER = new Set(['tidegate-budget', 'server-timing']);

export function openFlight(spec: FlightSpec): Flight {
  const { parts, leader, track, bytesAtMost, store, vary, onClosed, again, alone } = spec;
  const waiters = new Set<Waiter>();
  let head: { readonly status: number; readonly headers: readonly string[] } | null = null;
  let chunks: Buffer[] = [];
  let bytes = 0;
  let isOpen = true;
  let isEnded = false;
  let ending: Ending | null = null;

  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    chunks = [];
    store.letGo(bytes);
    bytes = 0;
    onClosed();
  };
  const remove = (waiter: Waiter): void => {
    waiters.delete(waiter);
    parts.calls.delete(waiter.call);
  };
  const leave = (waiter: Waiter): void => {
    if (!waiters.has(waiter)) return;
    remove(waiter);
    const [next] = waiters;
    if (next !== undefined) {
      // The call goes on, and somebody must answer for it.
      if (!waiter.exchange.isSpared) {
        waiter.exchange.isSpared = true;
        next.exchange.isSpared = false;
      }
      response.emit('drain');
    } else if (ending === null) {
      // Nobody wants it any more, but what has come is paid for.
      close();
      flying.tokens?.end();
      takeOver(waiter);
      abandon();
    }
  };
  const abandon = (): void => {
    flying.isFinished = true;
    flying.keeping?.letGo();
    flying.call?.abort();
  };
  const sendHead = (waiter: Waiter): void => {
    const { exchange } = waiter;
    const { status, headers } = head!;
    const list: string[] = [];
    for (let at = 0; at + 1 < headers.length; at += 2) {
      const name = headers[at]!.toLowerCase();
      if (OWN.has(name) || (exchange !== leader && OF_LEADER.has(name))) continue;
      list.push(headers[at]!, headers[at + 1]!);
    }
    const notice = exchange === leader ? null : (exchange.pass?.notice() ?? null);
    if (notice !== null) list.push('tidegate-budget', notice);
    list.push('tidegate-invocation', exchange.id, 'tidegate-cache', exchange.cache!);
    if (exchange.setCookie !== null) list.push('set-cookie', exchange.setCookie);
    if (parts.isDraining) list.push('connection', 'close');
    exchange.status = status;
    exchange.res.writeHead(status, list);
    waiter.hasHead = true;
  };
  const sendChunk = (waiter: Waiter, chunk: Buffer): void => {
    const { res } = waiter.exchange;
    if (res.write(chunk) || waiter.isBehind) return;
    waiter.isBehind = true;
    res.once('drain', () => {
      waiter.isBehind = false;
      response.emit('drain');
    });
  };
  const letGo = (waiter: Waiter, as: Ending): void => {
    leave(waiter);
    finish(parts, waiter.exchange, as);
    breakOff(waiter.exchange.res);
  };
  const areAllBehind = (): boolean => {
    for (const { isBehind } of waiters) if (!isBehind) return false;
    return waiters.size > 0;
  };

  const response = new SharedResponse(leader.req, {
    head(status, headers) {
      // The time of the request that was sent is over; that of those who came after it is not.
      if (ending === 'failed' && status === 504) handOn(again);
      else if (!isForAll(headers, vary)) handOn(alone);
      head = { status, headers };
      for (const waiter of waiters) sendHead(waiter);
    },
    chunk(chunk) {
      if (isOpen && (bytes + chunk.length > bytesAtMost || !store.hold(chunk.length))) close();
      if (isOpen) {
        bytes += chunk.length;
        chunks.push(chunk);
      }
      for (const waiter of waiters) sendChunk(waiter, chunk);
      if (areAllBehind()) return false;
      for (const waiter of waiters)
        if (waiter.isBehind && waiter.exchange.res.writableLength > BEHIND_BYTES_AT_MOST)
          letGo(waiter, 'client-left');
      return true;
    },
    end() {
      isEnded = true;
      if (ending !== null) settle();
    },
    broken() {
      close();
      for (const waiter of [...waiters]) {
        takeOver(waiter);
        remove(waiter);
        finish(parts, waiter.exchange, ending ?? 'truncated');
        breakOff(waiter.exchange.res);
      }
    },
  });

  /** What the one call came to, as the log of each says it. Its tokens are those of one alone: nobody paid for more. */
  const takeOver = ({ exchange }: Waiter): void => {
    exchange.answering = flying.answering;
    exchange.via = flying.via;
    exchange.isRescued = flying.isRescued;
    exchange.isRetried = flying.isRetried;
    if (exchange.isSpared) return;
    exchange.answeringSinceMs = flying.answeringSinceMs;
    exchange.tokens = flying.tokens;
    exchange.isUnsent = flying.isUnsent;
    exchange.costNanos = flying.costNanos;
    exchange.isCostPartly = flying.isCostPartly;
    exchange.batchedWith = flying.batchedWith;
  };
  const settle = (): void => {
    close();
    for (const waiter of [...waiters]) {
      takeOver(waiter);
      remove(waiter);
      finish(parts, waiter.exchange, ending!);
      waiter.exchange.res.end();
    }
  };
  /** The answer is for the first one, or for nobody if that one has left; the others go their own way. */
  const handOn = (to: (exchange: Exchange) => void): void => {
    close();
    const later = [...waiters].filter(({ exchange }) => exchange !== leader);
    for (const waiter of later) remove(waiter);
    const payer = waiters.size > 0 ? undefined : later.find(({ exchange }) => !exchange.isSpared);
    if (payer !== undefined) {
      payForCall(payer.exchange, flying);
      abandon();
    }
    for (const { exchange } of later) {
      exchange.isSpared = false;
      exchange.sparedBy = null;
      exchange.call = null;
      try {
        to(exchange);
      } catch (error) {
        failInside(parts, exchange, error);
      }
    }
  };

  const flying: Exchange = {
    ...leader,
    res: response,
    setCookie: null,
    onOver(how) {
      ending = how;
      flying.isFinished = true;
      if (isEnded) settle();
    },
  };
  leader.keeping = null;

  const waiterOf = (exchange: Exchange): Waiter => {
    const waiter: Waiter = {
      exchange,
      hasHead: false,
      isBehind: false,
      call: {
        place: -1,
        startedAtMs: exchange.startedAtMs,
        abort: () => leave(waiter),
        pause() {},
        resume() {},
        check(nowMs) {
          // The leader's time is that of the call.
          const { timeouts } = exchange.service.route;
          if (exchange === leader || nowMs < exchange.startedAtMs + timeouts.totalMs) return;
          if (waiter.hasHead) letGo(waiter, 'truncated');
          else {
            leave(waiter);
            const detail = 'the time-out for the whole answer';
            failAnswer(parts, exchange, track, { kind: 'total-timeout', afterHead: false, detail });
          }
        },
      },
    };
    return waiter;
  };

  const join = (exchange: Exchange): void => {
    const waiter = waiterOf(exchange);
    exchange.isSpared = exchange !== leader;
    exchange.sparedBy = exchange === leader ? null : leader.id;
    exchange.answering = track;
    exchange.answeringSinceMs = performance.now();
    exchange.call = waiter.call;
    waiters.add(waiter);
    parts.calls.add(waiter.call);
    if (head === null) return;
    sendHead(waiter);
    for (const chunk of chunks) sendChunk(waiter, chunk);
    response.emit('drain');
  };
  return {
    isOpen: () => isOpen && ending === null,
    join,
    start() {
      join(leader);
      try {
        answerUser(parts, flying, track);
      } catch (error) {
        // Nobody may wait for it, and no call was made that could be counted.
        close();
        abandon();
        for (const waiter of waiters) {
          remove(waiter);
          waiter.exchange.call = null;
        }
        throw error;
      }
    },
  };
}

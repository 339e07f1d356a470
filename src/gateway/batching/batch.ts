import type { IncomingHttpHeaders } from 'node:http';
import type { Exchange } from '../exchange.ts';
import { type Call, type CallListener, call } from '../upstreams/call.ts';
import type { Failure } from '../upstreams/failure.ts';
import type { RunningCalls } from '../upstreams/running-calls.ts';
import type { Upstream } from '../upstreams/upstreams.ts';
import type { Asked } from './batches.ts';
import type { InferRequest } from './infer-request.ts';
import { joinRequests } from './join-requests.ts';
import { splitAnswer } from './split-answer.ts';

/** Requests of one kind that go to a release as one. */
export interface Batch {
  hasRoomFor(request: InferRequest): boolean;
  add(exchange: Exchange, request: InferRequest, asked: Asked): Call;
  /** Sends what is there; does nothing the second time. */
  send(): void;
}

export interface BatchSpec {
  readonly upstreams: readonly Upstream[];
  readonly running: RunningCalls;
  readonly rowsAtMost: number;
  readonly waitMs: number;
  /** It takes nothing more. */
  readonly onSent: (requests: number) => void;
  /** False: the release answers each of them by itself, but not all of them together. */
  readonly onAnswered: (isSplit: boolean) => void;
  readonly onSingly: (requests: number) => void;
}

interface Member {
  readonly exchange: Exchange;
  /** Null once it is sent, alone or with others: it is as large as its body, and a call may last. */
  request: InferRequest | null;
  readonly asked: Asked;
  /** The call that it was sent with by itself; null before. */
  single: Call | null;
}

/** The release has too much to do: sending the same again one by one would be the worst answer to that. */
const isOverloaded = (status: number): boolean => status === 429 || status === 503 || status === 529;
/** No address took the call, or this machine could make none; by themselves they would fare no better. */
const isForAll = ({ kind }: Failure): boolean =>
  kind === 'refused' ||
  kind === 'exhausted' ||
  // None of them has begun later than the call: their own time is over too.
  kind === 'first-byte-timeout' ||
  kind === 'total-timeout';
/** Of an answer that is put together. Taking it apart holds up all other requests of the process. */
const ANSWER_BYTES_AT_MOST = 4 * 1024 * 1024;
/** Of what goes out together: as much as 32 of the longest requests. */
const BODY_BYTES_AT_MOST = 2 * 1024 * 1024;
/** True of the one call only; and a cookie is for one client, of whom nobody can say which it is. */
const OF_THE_CALL = new Set(['content-length', 'transfer-encoding', 'set-cookie']);

export function openBatch(spec: BatchSpec): Batch {
  const { upstreams, running, rowsAtMost, waitMs } = spec;
  const members = new Map<Call, Member>();
  let rows = 0;
  let bytes = 0;
  let timer: NodeJS.Timeout | null = null;
  let isSent = false;
  let together: Call | null = null;

  const remove = (own: Call): Member | null => {
    const member = members.get(own) ?? null;
    members.delete(own);
    running.delete(own);
    if (members.size === 0 && !isSent) close();
    return member;
  };
  const close = (): void => {
    isSent = true;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    spec.onSent(members.size);
  };
  /** Its time is over, or its client has left. */
  const drop = (own: Call): Member | null => {
    const member = remove(own);
    if (isSent && members.size === 0) together?.abort();
    return member;
  };
  const alone = (own: Call, member: Member, listener: CallListener = member.asked.listener): void => {
    members.delete(own);
    running.delete(own);
    member.exchange.batchedWith = 0;
    // The time of the call that failed for all is not each one's to pay.
    member.exchange.answeringSinceMs = performance.now();
    member.request = null;
    member.single = call(upstreams, member.asked.request, listener, running);
  };
  const failAll = (failure: Failure): void => {
    for (const own of [...members.keys()]) remove(own)?.asked.listener.fail(failure);
  };

  const send = (): void => {
    if (isSent) return;
    close();
    const all = [...members];
    const [first] = all;
    if (first === undefined) return;
    if (all.length === 1) {
      alone(...first);
      return;
    }
    const requests = all.map(([, member]) => member.request!);
    for (const [, member] of all) {
      member.exchange.batchedWith = all.length;
      member.request = null;
    }
    const { request } = first[1].asked;
    together = call(
      upstreams,
      {
        ...request,
        headersFor: (upstream) => forJoined(request.headersFor(upstream)),
        body: joinRequests(requests),
        endsAtMs: Math.max(...all.map(([, { asked }]) => asked.request.endsAtMs)),
      },
      listenerFor(
        all.map(([own]) => own),
        requests.map(({ rows: own, id }) => ({ rows: own, id: id === null ? null : copyOf(id) })),
      ),
      running,
    );
  };

  const listenerFor = (
    all: readonly Call[],
    shares: readonly Pick<InferRequest, 'rows' | 'id'>[],
  ): CallListener => {
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    let received = 0;
    /** One of them may have spoiled it for the others; each now answers for itself. */
    const singly = (): void => {
      const nowMs = performance.now();
      let many = 0;
      let waitingFor = members.size;
      let hasFailed = false;
      const over = (isGood: boolean): void => {
        waitingFor -= 1;
        hasFailed ||= !isGood;
        if (waitingFor === 0 && !hasFailed) spec.onAnswered(false);
      };
      const watched = (listener: CallListener): CallListener => {
        let isGood = false;
        return {
          data: (chunk) => listener.data(chunk),
          refused: (upstream) => listener.refused?.(upstream),
          retried: () => listener.retried?.(),
          head(of, own) {
            isGood = of < 400;
            listener.head(of, own);
          },
          end() {
            over(isGood);
            listener.end();
          },
          fail(failure) {
            over(false);
            listener.fail(failure);
          },
        };
      };
      for (const [own, member] of [...members]) {
        if (nowMs >= member.asked.request.endsAtMs) {
          const detail = 'the time-out for the whole answer';
          remove(own)?.asked.listener.fail({ kind: 'total-timeout', afterHead: false, detail });
        } else {
          many += 1;
          alone(own, member, watched(member.asked.listener));
        }
      }
      spec.onSingly(many);
    };
    const give = (own: Call, body: Buffer): void => {
      const listener = remove(own)?.asked.listener;
      if (listener === undefined) return;
      try {
        listener.head(status, { ...headersOf(headers), 'content-length': String(body.length) });
        if (body.length > 0) listener.data(body);
        listener.end();
      } catch {
        // The others wait for theirs.
        listener.fail({ kind: 'garbled', afterHead: true, detail: 'an answer that cannot be passed on' });
      }
    };
    return {
      head(given, of) {
        status = given;
        headers = of;
      },
      data(chunk) {
        received += chunk.length;
        if (received <= ANSWER_BYTES_AT_MOST) chunks.push(chunk);
      },
      end() {
        const body = Buffer.concat(chunks);
        if (isOverloaded(status)) {
          for (const own of [...members.keys()]) give(own, body);
          return;
        }
        // A cookie is for one client.
        const isPlain =
          status === 200 && headers['set-cookie'] === undefined && received <= ANSWER_BYTES_AT_MOST;
        const answers = isPlain ? splitAnswer(body, shares) : null;
        if (answers === null) singly();
        else {
          spec.onAnswered(true);
          for (const [at, own] of all.entries()) if (members.has(own)) give(own, answers[at]!);
        }
      },
      fail(failure) {
        if (isForAll(failure)) failAll(failure);
        else singly();
      },
      refused(upstream) {
        const [one] = members.values();
        one?.asked.listener.refused?.(upstream);
      },
      retried() {
        for (const { asked } of members.values()) asked.listener.retried?.();
      },
    };
  };

  return {
    hasRoomFor: (more) =>
      !isSent && rows + more.rows <= rowsAtMost && bytes + more.text.length <= BODY_BYTES_AT_MOST,
    add(exchange, request, asked) {
      const { endsAtMs, timeouts } = asked.request;
      const startedAtMs = performance.now();
      const member: Member = { exchange, request, asked, single: null };
      const timeOut = (kind: 'total-timeout' | 'first-byte-timeout', detail: string): void =>
        drop(own)?.asked.listener.fail({ kind, afterHead: false, detail });
      const own: Call = {
        place: -1,
        startedAtMs,
        abort() {
          if (member.single !== null) member.single.abort();
          else drop(own);
        },
        pause: () => member.single?.pause(),
        resume: () => member.single?.resume(),
        check(nowMs) {
          if (nowMs >= endsAtMs) timeOut('total-timeout', 'the time-out for the whole answer');
          else if (nowMs - startedAtMs >= timeouts.firstByteMs)
            timeOut('first-byte-timeout', `no first byte within ${timeouts.firstByteMs} ms`);
        },
      };
      members.set(own, member);
      running.add(own);
      rows += request.rows;
      bytes += request.text.length;
      // A request that has little time left does not wait for others.
      if (rows >= rowsAtMost || endsAtMs - startedAtMs <= 2 * waitMs) send();
      else timer ??= setTimeout(send, waitMs);
      return own;
    },
    send,
  };
}

/** A piece of a text keeps all of the text in memory. */
const copyOf = (piece: string): string => Buffer.from(piece, 'latin1').toString('latin1');

/** What is compressed would have to be undone before it can be taken apart. */
function forJoined(headers: readonly string[]): string[] {
  const list: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase();
    if (name !== 'accept-encoding' && name !== 'content-length') list.push(headers[at]!, headers[at + 1]!);
  }
  list.push('accept-encoding', 'identity');
  return list;
}

function headersOf(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const own: IncomingHttpHeaders = {};
  for (const name in headers) if (!OF_THE_CALL.has(name)) own[name] = headers[name];
  return own;
}

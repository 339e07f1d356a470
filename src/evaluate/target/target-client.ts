import { setTimeout as sleep } from 'node:timers/promises';
import type { buildConnector } from 'undici';
import { Agent } from 'undici';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { RunningAttempt } from './attempt-call.ts';
import { attemptCall } from './attempt-call.ts';
import type { FilledCall } from './filled-call.ts';
import { callFiller } from './filled-call.ts';
import type { TargetAnswer } from './target-answer.ts';

/** Attempts at a case while the target says that it is too busy, and while it cannot be reached. */
const MOST_BUSY_ATTEMPTS = 6;
const MOST_CONNECTION_ATTEMPTS = 3;
/** A target that wants longer is not waited for. */
const LONGEST_WAIT_MS = 120_000;

export interface TargetClient {
  /** Rejects only when `signal` is aborted: everything that a target can do wrong is an answer of kind `error`. */
  readonly ask: (one: EvaluationCase, signal: AbortSignal) => Promise<TargetAnswer>;
  /** Attempts so far. */
  readonly calls: () => number;
  /** Waiting for a target that said it is too busy, until then (by `performance.now()`); null when it is not. */
  readonly pausedUntilMs: () => number | null;
  readonly close: () => Promise<void>;
}

export interface TargetClientOptions {
  /** With every reference to the environment filled in. */
  readonly target: TargetSpec;
  readonly concurrency: number;
  /** Texts that no message may show. */
  readonly secrets: readonly string[];
  /** Uniform on [0, 1): spreads second attempts. */
  readonly random: () => number;
  /** Of the replicas of a release: asked in turn, each standing for the origin of the target's address. Left out: that origin itself. */
  readonly addresses?: readonly string[];
  /** Opens the connections, where certificates are no ordinary ones. */
  readonly connect?: buildConnector.connector;
  /** Nobody waits any longer for a second attempt once it is aborted: such calls reject. */
  readonly ending?: AbortSignal | undefined;
  /** Attempts at a case, in all, while the target is too busy and while it cannot be reached. Default: 6 and 3. */
  readonly attempts?: {
    readonly busy: number;
    readonly connection: number;
    /** All attempts at a case share one time-out and one latency, and follow each other at once. */
    readonly isTimedAsOne?: boolean;
  };
}

/**
 * Asks an endpoint over connections that are kept. The time-out and the latency are of each attempt, unless `attempts` says otherwise. 429 and 503 are asked again after as long as
 * `retry-after` says (else 1 s, 2 s, 4 s and so on), and everybody else waits as long; a connection that fails before the answer begins is
 * tried again after 0.2 s and 0.4 s. Nothing else is asked twice. Redirects are not followed.
 */
export const targetClient = (options: TargetClientOptions): TargetClient => {
  const { target, concurrency, secrets, random, ending } = options;
  const {
    busy: mostBusy,
    connection: mostBroken,
    isTimedAsOne = false,
  } = options.attempts ?? {
    busy: MOST_BUSY_ATTEMPTS,
    connection: MOST_CONNECTION_ATTEMPTS,
  };
  const places = options.addresses?.map(placeOf) ?? [];
  const agent = new Agent({
    connections: concurrency,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: options.connect ?? { timeout: target.timeoutMs },
  });
  const fillCall = callFiller(target);
  const headers = {
    accept: target.isStream ? 'text/event-stream, application/json' : 'application/json',
  };
  const withoutBody = Object.entries({ ...headers, ...target.headers }).flat();
  const withBody = Object.entries({
    ...headers,
    'content-type': 'application/json',
    ...target.headers,
  }).flat();
  const runningUnder = cutBySignals();
  let turn = 0;
  const nextPlace = (call: FilledCall): FilledCall => {
    const place = places[turn % places.length];
    turn += 1;
    return place === undefined ? call : { ...call, origin: place.origin, path: place.prefix + call.path };
  };
  let calls = 0;
  let pausedUntilMs = 0;

  const ask = async (one: EvaluationCase, signal: AbortSignal): Promise<TargetAnswer> => {
    const request = fillCall(one);
    if ('kind' in request) return request;
    let busy = 0;
    let broken = 0;
    let firstMs: number | null = null;
    for (;;) {
      await untilMs(pausedUntilMs, signal, ending);
      calls += 1;
      const nowMs = performance.now();
      firstMs ??= nowMs;
      const startedMs = isTimedAsOne ? firstMs : nowMs;
      const outcome = await attemptCall(
        agent,
        target,
        request.body === null ? withoutBody : withBody,
        nextPlace(request),
        startedMs,
        runningUnder(signal),
      );
      signal.throwIfAborted();
      if (outcome.kind === 'busy') {
        busy += 1;
        const waitMs = outcome.retryAfterMs ?? 1_000 * 2 ** (busy - 1) * (0.75 + random() / 2);
        if (busy >= mostBusy || waitMs > LONGEST_WAIT_MS) {
          const wanted = waitMs > LONGEST_WAIT_MS ? `, retry-after ${Math.round(waitMs / 1000)} s` : '';
          const attempts = `${busy} ${busy === 1 ? 'attempt' : 'attempts'}`;
          const detail = `HTTP ${outcome.status} at ${attempts}${wanted}`;
          return { kind: 'error', reason: 'rate-limited', detail, latencyMs: outcome.latencyMs };
        }
        pausedUntilMs = Math.max(pausedUntilMs, performance.now() + waitMs);
      } else if (outcome.kind === 'error') {
        const detail = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), outcome.detail);
        if (!outcome.isWorthRepeating || (broken += 1) >= mostBroken)
          return { kind: 'error', reason: outcome.reason, detail, latencyMs: outcome.latencyMs };
        if (!isTimedAsOne) await untilMs(performance.now() + 200 * 2 ** (broken - 1), signal, ending);
      } else return outcome;
    }
  };
  return {
    ask,
    calls: () => calls,
    pausedUntilMs: () => (pausedUntilMs > performance.now() ? pausedUntilMs : null),
    close: () => agent.destroy(),
  };
};

const untilMs = async (atMs: number, signal: AbortSignal, ending: AbortSignal | undefined): Promise<void> => {
  signal.throwIfAborted();
  const leftMs = atMs - performance.now();
  if (leftMs <= 0) return;
  await sleep(leftMs, undefined, {
    signal: ending === undefined ? signal : AbortSignal.any([signal, ending]),
  });
};

/** For each signal the attempts that it cuts when it is aborted. One listener for all of them: thousands are begun and ended under one signal. */
const cutBySignals = (): ((signal: AbortSignal) => RunningAttempt[]) => {
  const known = new WeakMap<AbortSignal, RunningAttempt[]>();
  return (signal) => {
    let running = known.get(signal);
    if (running === undefined) {
      const cuts: RunningAttempt[] = [];
      running = cuts;
      known.set(signal, cuts);
      const cutAll = (): void => {
        for (const one of [...cuts]) one.cut();
      };
      signal.addEventListener('abort', cutAll, { once: true });
    }
    return running;
  };
};

const placeOf = (address: string): { readonly origin: string; readonly prefix: string } => {
  const { origin, pathname } = new URL(address);
  return { origin, prefix: pathname.replace(/\/+$/, '') };
};

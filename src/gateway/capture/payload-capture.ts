import { access } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CapturePolicy } from '../../core/capture/capture-policy.ts';
import { isSampled } from '../checks/sampled.ts';
import type { Ending, Exchange } from '../exchange.ts';
import { PAYLOADS } from './capture-files.ts';
import type { FromCaptureThread, ToCaptureThread } from './capture-messages.ts';
import { rawCapture } from './raw-capture.ts';

/** Has the bodies of some requests stored, behind everybody's back. */
export interface PayloadCapture {
  /** Whether the answer of a request must be set aside, for it may be wanted in the end. `inFlight` requests are being worked on. */
  wants(exchange: Exchange, inFlight: number): boolean;
  /** An invocation of a service that captures is over. Never waits and never throws: what finds no room is counted as dropped. */
  take(exchange: Exchange, ending: Ending): void;
  counts(): CaptureCounts;
  /** Stores what is waiting, for a moment. */
  close(): Promise<void>;
}

export interface CaptureCounts {
  readonly stored: number;
  readonly waiting: number;
  /** `busy`: too much was waiting. `disk`, `redaction`: it could not be stored, or looked through. `broken`: the thread was lost. */
  readonly dropped: Readonly<Record<'busy' | 'disk' | 'redaction' | 'broken', number>>;
}

export interface PayloadCaptureSpec {
  /** The environment's own, of the invocation log. */
  readonly directory: string;
  readonly environment: string;
  readonly onTrouble: (what: string, about: object) => void;
  readonly waitingBytesAtMost?: number;
  readonly sweepEveryMs?: number;
}

const WAITING_AT_MOST = 1_000;
/** Each may hold a quarter of a mebibyte until its end. */
const HELD_AT_MOST = 256;
/** A thread that has said nothing for so long although something waits is ended. */
const SILENT_MS = 30_000;
const RESTART_AFTER_MS = 1_000;
const COMPLAIN_EVERY_MS = 60_000;
const CLOSE_WITHIN_MS = 2_000;

interface Running {
  readonly worker: Worker;
  waiting: number;
  bytes: number;
  /** When it last said something, or began to have something to do. */
  heardAtMs: number;
}

/**
 * Redaction and files are the work of one thread, which starts with the first capture: requests pay for a copy of the bytes and
 * no more. What has expired is cleared away whether anything is captured or not.
 */
export function openPayloadCapture(spec: PayloadCaptureSpec): PayloadCapture {
  const { environment, onTrouble, waitingBytesAtMost = 16 * 1024 * 1024, sweepEveryMs = 600_000 } = spec;
  const payloads = path.join(spec.directory, PAYLOADS);
  const dropped = { busy: 0, disk: 0, redaction: 0, broken: 0 };
  const complainedAtMs = new Map<string, number>();
  let running: Running | null = null;
  let restartAtMs = 0;
  let stored = 0;
  let isClosed = false;

  const complain = (what: string, about: object): void => {
    const nowMs = performance.now();
    if (nowMs < (complainedAtMs.get(what) ?? Number.NEGATIVE_INFINITY) + COMPLAIN_EVERY_MS) return;
    complainedAtMs.set(what, nowMs);
    onTrouble(what, about);
  };
  const drop = (why: keyof typeof dropped, count: number, about: object): void => {
    dropped[why] += count;
    if (count > 0) complain('captures of payloads are dropped', { why, ...about, dropped: { ...dropped } });
  };
  const hear = (from: Running, message: FromCaptureThread): void => {
    from.heardAtMs = performance.now();
    if (message.type === 'unswept') {
      complain('captures that have expired cannot be deleted', { detail: message.detail });
      return;
    }
    from.waiting -= 1;
    from.bytes -= message.bytes;
    if (message.problem === null) stored += 1;
    else drop(message.problem.kind, 1, { detail: message.problem.detail });
  };
  const start = (): Running => {
    // From source the worker is a .ts file, in the published package a .js file.
    const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const worker = new Worker(new URL(`./capture-worker${ending}`, import.meta.url), {
      workerData: { payloads },
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    });
    worker.unref();
    const started: Running = { worker, waiting: 0, bytes: 0, heardAtMs: performance.now() };
    worker.on('message', (message: FromCaptureThread) => hear(started, message));
    // `exit` follows, and everything is done there.
    worker.on('error', () => {});
    worker.once('exit', () => {
      drop('broken', started.waiting, {});
      started.waiting = 0;
      if (running !== started) return;
      running = null;
      restartAtMs = performance.now() + RESTART_AFTER_MS;
    });
    return started;
  };
  const post = (to: Running, message: ToCaptureThread, transfer: ArrayBuffer[] = []): void =>
    to.worker.postMessage(message, transfer);
  /** Null while a lost thread rests. */
  const thread = (): Running | null => {
    const nowMs = performance.now();
    if (running !== null && running.waiting > 0 && nowMs - running.heardAtMs > SILENT_MS)
      void running.worker.terminate();
    if (running === null && nowMs >= restartAtMs) running = start();
    return running;
  };
  const sweep = (): void => {
    void access(payloads).then(
      () => {
        const to = isClosed ? null : thread();
        if (to !== null) post(to, { type: 'sweep' });
      },
      () => {},
    );
  };
  sweep();
  const sweeping = setInterval(sweep, sweepEveryMs);
  sweeping.unref();

  return {
    wants({ id, service }, inFlight) {
      const policy = service.route.capture!;
      if (inFlight > HELD_AT_MOST) return false;
      return policy.hasFailed || isSampled('capture', id, policy.share);
    },
    take(exchange, ending) {
      const policy = exchange.service.route.capture;
      if (policy === undefined || exchange.assigned === null) return;
      const why = reason(exchange, ending, policy);
      if (why === null) return;
      const bytes = bytesOf(exchange);
      const to = isClosed ? null : thread();
      if (to === null || to.waiting >= WAITING_AT_MOST || to.bytes + bytes > waitingBytesAtMost) {
        drop(to === null ? 'broken' : 'busy', 1, {});
        return;
      }
      try {
        const { raw, transfer } = rawCapture(exchange, { environment, ending, why, policy });
        post(to, { type: 'capture', raw, bytes }, transfer);
      } catch (error) {
        drop('broken', 1, { err: error });
        return;
      }
      if (to.waiting === 0) to.heardAtMs = performance.now();
      to.waiting += 1;
      to.bytes += bytes;
    },
    counts: () => ({ stored, waiting: running?.waiting ?? 0, dropped: { ...dropped } }),
    async close() {
      clearInterval(sweeping);
      isClosed = true;
      const untilMs = performance.now() + CLOSE_WITHIN_MS;
      while ((running?.waiting ?? 0) > 0 && performance.now() < untilMs)
        await new Promise((resolve) => setTimeout(resolve, 5));
      await running?.worker.terminate();
    },
  };
}

/** Null: it is not captured. A request that another release had to answer has failed as well. */
function reason(exchange: Exchange, ending: Ending, policy: CapturePolicy): 'sample' | 'failed' | null {
  const hasFailed =
    exchange.status >= 500 ||
    ending === 'failed' ||
    ending === 'truncated' ||
    exchange.isRescued ||
    exchange.via !== exchange.service;
  if (policy.hasFailed && hasFailed) return 'failed';
  return isSampled('capture', exchange.id, policy.share) ? 'sample' : null;
}

const bytesOf = ({ body, capture }: Exchange): number =>
  (Buffer.isBuffer(body) ? body.length : 0) + (capture?.bytes ?? 0);

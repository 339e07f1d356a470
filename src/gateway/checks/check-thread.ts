import { Worker } from 'node:worker_threads';
import type { WireAnswer } from './answer-view.ts';
import type { LocalCheck } from './compile-checks.ts';
import { type Forbearance, openForbearance } from './forbearance.ts';
import { openStepWatch, type StepWatch } from './step-watch.ts';
import {
  type FromThread,
  type LocalResult,
  newProgress,
  type Progress,
  type ToThread,
  workUnderWay,
} from './thread-messages.ts';

/** Why an answer was not checked. */
export type Unchecked = 'too-busy' | 'too-slow' | 'resting' | 'broken' | 'no-answer' | 'closed';
export type ThreadResult =
  | Exclude<LocalResult, { kind: 'unchecked' }>
  | { readonly kind: 'unchecked'; readonly why: Unchecked };

/**
 * One worker thread that runs whatever could take long: regular expressions, schemas, expressions. A step that works for more
 * than `checkMs` ends the thread; the answer it was about is unchecked, the others that wait go to a new one.
 */
export interface CheckThread {
  open(checks: readonly LocalCheck[]): ThreadChecker;
  /** How often a thread had to be ended or died. */
  ended(): number;
  close(): Promise<void>;
}

export interface ThreadChecker {
  /** Never rejects. */
  run(answer: WireAnswer, wantsText: boolean): Promise<ThreadResult>;
  /** False while these checks rest after they ended a thread, and for good when they cannot be compiled. */
  isReady(): boolean;
  /** Why they cannot be compiled; null when nothing is known against them. */
  problem(): string | null;
  close(): void;
}

export interface CheckThreadSpec {
  readonly checkMs?: number;
  readonly compileMs?: number;
  readonly waitingAtMost?: number;
  /** Of the thread's heap. */
  readonly memoryMb?: number;
  /** Monotonic. */
  readonly nowMs?: () => number;
}

/** Handed over before the former is done, so that the thread does not wait for this one. */
const SENT_AT_MOST = 16;
const WATCH_MS = 25;

interface Checks {
  readonly id: number;
  readonly checks: readonly LocalCheck[];
  readonly forbearance: Forbearance;
  problem: string | null;
  isClosed: boolean;
}

interface Job {
  readonly id: number;
  readonly by: Checks;
  readonly answer: WireAnswer;
  readonly wantsText: boolean;
  readonly resolve: (result: ThreadResult) => void;
}

interface Running {
  readonly worker: Worker;
  readonly progress: Progress;
  readonly watch: StepWatch;
  readonly taken: Set<Checks>;
}

export function openCheckThread({
  checkMs = 250,
  compileMs = 10_000,
  waitingAtMost = 512,
  memoryMb = 256,
  nowMs = () => performance.now(),
}: CheckThreadSpec = {}): CheckThread {
  const sent = new Map<number, Job>();
  const known = new Map<number, Checks>();
  let waiting: Job[] = [];
  let running: Running | null = null;
  let watch: NodeJS.Timeout | null = null;
  let lastId = 0;
  let endedCount = 0;
  let isClosed = false;

  const start = (): Running => {
    const progress = newProgress();
    // From source the worker is a .ts file, in the published package a .js file.
    const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const worker = new Worker(new URL(`./check-worker${ending}`, import.meta.url), {
      workerData: { progress, checkMs, compileMs },
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    });
    worker.unref();
    const watch = openStepWatch(worker, progress, () => void worker.terminate());
    const started: Running = { worker, progress, watch, taken: new Set() };
    worker.on('message', (message: FromThread) => {
      if (running === started) hear(message);
    });
    // `exit` follows, and everything is done there.
    worker.on('error', () => {});
    worker.once('exit', () => over(started));
    return started;
  };

  const hear = (message: FromThread): void => {
    if (message.type === 'untakeable') {
      const checks = known.get(message.checker);
      if (checks !== undefined) checks.problem = message.problem;
      return;
    }
    const job = sent.get(message.job);
    if (job === undefined) return;
    sent.delete(message.job);
    const { result } = message;
    job.resolve(
      result.kind === 'unchecked'
        ? { kind: 'unchecked', why: job.by.problem === null ? 'too-slow' : 'broken' }
        : result,
    );
    pump();
  };

  /** The thread is gone: whoever was at work is to blame, the rest gets another chance. */
  const over = (gone: Running): void => {
    if (running !== gone) return;
    running = null;
    if (isClosed) return;
    endedCount += 1;
    const work = workUnderWay(gone.progress);
    const culprit = work < 0 ? known.get(-work) : sent.get(work)?.by;
    if (work < 0 && culprit !== undefined)
      culprit.problem = 'it takes too long, or too much memory, to compile';
    culprit?.forbearance.offended(nowMs());
    const again = [...sent.values()];
    sent.clear();
    waiting = [...again, ...waiting].filter((job) => {
      // Without a culprit nobody can be spared, or the same answer might end thread after thread.
      const isSpared = culprit === undefined ? !again.includes(job) : job.by !== culprit;
      if (!isSpared) job.resolve({ kind: 'unchecked', why: job.id === work ? 'too-slow' : 'resting' });
      return isSpared;
    });
    pump();
  };

  const pump = (): void => {
    while (waiting.length > 0 && sent.size < SENT_AT_MOST) {
      const job = waiting.shift()!;
      const { by, answer, wantsText } = job;
      if (by.isClosed) {
        job.resolve({ kind: 'unchecked', why: 'closed' });
        continue;
      }
      running ??= start();
      const post = (message: ToThread): void => running!.worker.postMessage(message);
      if (!running.taken.has(by)) {
        running.taken.add(by);
        post({ type: 'take', checker: by.id, checks: by.checks });
      }
      sent.set(job.id, job);
      post({ type: 'job', job: job.id, checker: by.id, answer, wantsText });
    }
    if (sent.size === 0 && watch !== null) {
      clearInterval(watch);
      watch = null;
    } else if (sent.size > 0) watch ??= setInterval(look, WATCH_MS).unref();
  };

  const look = (): void => running?.watch.look();

  return {
    open(checks) {
      lastId += 1;
      const own: Checks = {
        id: lastId,
        checks,
        forbearance: openForbearance(),
        problem: null,
        isClosed: false,
      };
      known.set(own.id, own);
      const isReady = (): boolean =>
        own.problem === null && !own.isClosed && !isClosed && own.forbearance.isOver(nowMs());
      return {
        run(answer, wantsText) {
          const not = (why: Unchecked): Promise<ThreadResult> => Promise.resolve({ kind: 'unchecked', why });
          if (own.isClosed || isClosed) return not('closed');
          if (own.problem !== null) return not('broken');
          if (!isReady()) return not('resting');
          if (waiting.length >= waitingAtMost) return not('too-busy');
          return new Promise((resolve) => {
            lastId += 1;
            waiting.push({ id: lastId, by: own, answer: unshared(answer), wantsText, resolve });
            pump();
          });
        },
        isReady,
        problem: () => own.problem,
        close() {
          own.isClosed = true;
          known.delete(own.id);
          if (running?.taken.delete(own) === true)
            running.worker.postMessage({ type: 'forget', checker: own.id } satisfies ToThread);
        },
      };
    },
    ended: () => endedCount,
    async close() {
      isClosed = true;
      if (watch !== null) clearInterval(watch);
      for (const job of [...sent.values(), ...waiting]) job.resolve({ kind: 'unchecked', why: 'closed' });
      sent.clear();
      waiting = [];
      await running?.worker.terminate();
    },
  };
}

/** A view into a larger buffer would be copied to the thread with all of that buffer. */
const unshared = (answer: WireAnswer): WireAnswer =>
  answer.body.byteLength === answer.body.buffer.byteLength
    ? answer
    : { ...answer, body: Uint8Array.from(answer.body) };

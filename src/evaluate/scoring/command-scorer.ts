import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { OwnScorer } from '../../core/evaluation/run/evaluation-plan.ts';
import { ownScorerReply } from './own-scorer-reply.ts';
import type { Scored, ScoreOutput } from './scored.ts';

const LONGEST_REPLY_CHARACTERS = 1024 * 1024;
/** A program that ends so often without an answer in between is not started again. */
const MOST_FRUITLESS_STARTS = 3;

export interface CommandScorer {
  readonly score: ScoreOutput;
  readonly close: () => Promise<void>;
}

interface Pending {
  readonly line: string;
  readonly settle: (scored: Scored) => void;
  /** How often a process ended that had been asked this. */
  deaths: number;
  timer: NodeJS.Timeout | null;
}

/**
 * A program that stays and scores. It reads a line of JSON for each answer, `{"id", "case", "output"}`, and writes one, `{"id", "score",
 * "reason"}`, in any order; what it writes to standard error goes to ours. A reply that takes longer than the time-out ends the
 * process; answers that waited with it are asked again of the next one, twice at most.
 */
export const commandScorer = (
  command: readonly string[],
  directory: string,
  own: OwnScorer,
): CommandScorer => {
  const [program = '', ...args] = command;
  const pending = new Map<number, Pending>();
  let child: ChildProcessByStdio<Writable, Readable, null> | null = null;
  let lastId = 0;
  let fruitlessStarts = 0;
  let isClosed = false;
  let hopeless: string | null = null;

  const finish = (id: number, scored: Scored): void => {
    const waiting = pending.get(id);
    if (waiting === undefined) return;
    pending.delete(id);
    if (waiting.timer !== null) clearTimeout(waiting.timer);
    waiting.settle(scored);
  };
  const send = (id: number, waiting: Pending): void => {
    child ??= start();
    waiting.timer = setTimeout(() => {
      finish(id, { kind: 'failed', detail: `the scorer took longer than ${own.timeoutMs} ms` });
      child?.kill('SIGKILL');
    }, own.timeoutMs);
    child.stdin.write(waiting.line);
  };
  const onEnd = (ended: typeof child, how: string): void => {
    if (child !== ended) return;
    child = null;
    fruitlessStarts += 1;
    if (fruitlessStarts >= MOST_FRUITLESS_STARTS) hopeless = `the scorer ${how}`;
    for (const [id, waiting] of [...pending]) {
      if (waiting.timer !== null) clearTimeout(waiting.timer);
      waiting.deaths += 1;
      if (hopeless !== null || waiting.deaths > 2 || isClosed)
        finish(id, { kind: 'failed', detail: `the scorer ${how}` });
      else send(id, waiting);
    }
  };
  const start = (): NonNullable<typeof child> => {
    const started = spawn(program, args, { cwd: directory, stdio: ['pipe', 'pipe', 'inherit'] });
    let rest = '';
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_REPLY_CHARACTERS) started.kill('SIGKILL');
      for (const line of lines) {
        const reply = parsed(line);
        if (typeof reply?.id !== 'number' || !pending.has(reply.id)) continue;
        fruitlessStarts = 0;
        finish(reply.id, ownScorerReply(reply, own));
      }
    });
    // Broken pipes are told by the end of the process.
    started.stdin.on('error', () => {});
    started.on('error', (error) => onEnd(started, `cannot be started: ${error.message}`));
    started.on('close', (code, signal) =>
      onEnd(started, `ended with ${signal === null ? `code ${code}` : `signal ${signal}`}`),
    );
    return started;
  };

  return {
    score: (one, output, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (hopeless !== null) return resolve({ kind: 'failed', detail: hopeless });
        lastId += 1;
        const id = lastId;
        const { position: _, ...rest } = one;
        const waiting: Pending = {
          line: `${JSON.stringify({ id, case: rest, output })}\n`,
          settle: (scored) => {
            signal.removeEventListener('abort', stop);
            resolve(scored);
          },
          deaths: 0,
          timer: null,
        };
        const stop = (): void => {
          if (waiting.timer !== null) clearTimeout(waiting.timer);
          pending.delete(id);
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', stop, { once: true });
        pending.set(id, waiting);
        send(id, waiting);
      }),
    close: async () => {
      isClosed = true;
      const ending = child;
      if (ending === null) return;
      const ended = new Promise((resolve) => ending.once('close', resolve));
      ending.stdin.end();
      const timer = setTimeout(() => ending.kill('SIGKILL'), 1_000);
      await ended;
      clearTimeout(timer);
    },
  };
};

const parsed = (line: string): { readonly id?: unknown } | null => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? value : null;
  } catch {
    // What a program prints besides is none of our business.
    return null;
  }
};

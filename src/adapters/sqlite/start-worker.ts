import { Worker } from 'node:worker_threads';
import { type ErrorCode, TidegateError } from '../../errors.ts';
import { type CallMap, errorOf, type ReplyMessage, type StartMessage } from './worker-messages.ts';

/** A worker thread that answers calls. */
export interface CallableWorker<Calls extends CallMap> {
  /** What the service said when it was ready. */
  readonly greeting: unknown;
  /** @throws what the service threw; `unavailable` once closed; `internal` when the worker died meanwhile. */
  call<Kind extends keyof Calls & string>(
    kind: Kind,
    input: Calls[Kind]['input'],
  ): Promise<Calls[Kind]['output']>;
  /** Ends the worker after everything asked for so far is answered. May be repeated. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts `script` (a file beside this one, named without its ending) and waits until its service is open. */
export async function startWorker<Calls extends CallMap>(
  script: string,
  data: unknown,
  unavailable: ErrorCode,
): Promise<CallableWorker<Calls>> {
  // From source the workers are .ts files, in the published package .js files.
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`./${script}${ending}`, import.meta.url), {
    workerData: data,
    execArgv: [],
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let isClosing = false;
  let death: Error | null = null;
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));

  const greeting = await new Promise<unknown>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () =>
      reject(new TidegateError('internal', `The worker ${script} ended while starting.`)),
    );
    worker.once('message', (message: StartMessage) => {
      if (message.started) resolve(message.output);
      else reject(errorOf(message.failure));
    });
  });

  worker.removeAllListeners('error');
  worker.on('error', (error: Error) => {
    death = error;
  });
  worker.on('message', (replies: readonly ReplyMessage[]) => {
    for (const reply of replies) {
      const { resolve, reject } = waiting.get(reply.id) as Waiting;
      waiting.delete(reply.id);
      if (reply.ok) resolve(reply.output as never);
      else reject(errorOf(reply.failure));
    }
  });
  worker.once('exit', () => {
    death ??= new Error('it ended');
    for (const { reject } of waiting.values()) {
      reject(
        new TidegateError(
          'internal',
          `The worker ${script} died; what it was asked for may or may not have happened.`,
          { cause: death },
        ),
      );
    }
    waiting.clear();
  });

  return {
    greeting,
    call(kind, input) {
      if (isClosing) return Promise.reject(new TidegateError(unavailable, 'It is closed.'));
      if (death)
        return Promise.reject(new TidegateError(unavailable, `The worker ${script} died.`, { cause: death }));
      return new Promise((resolve, reject) => {
        lastId += 1;
        worker.postMessage({ id: lastId, kind, input });
        waiting.set(lastId, { resolve, reject });
      });
    },
    async close() {
      if (!isClosing && !death) worker.postMessage('close');
      isClosing = true;
      await exited;
    },
  };
}

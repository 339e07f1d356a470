import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenedModel } from '../../../core/evaluation/embedding/embedding-signature.ts';
import type { OnnxModel } from '../../../core/evaluation/embedding/onnx-method.ts';
import type { EmbeddedText, ModelOrder, ModelReply, OnnxPackages } from './model-messages.ts';

/** The process of a model that was opened. One batch at a time. */
export interface ModelProcess {
  readonly opened: OpenedModel;
  /** Null as the texts' part of the answer: the process ended, or took too long and was ended; `problem` says which. */
  readonly embed: (
    texts: readonly string[],
  ) => Promise<
    | { readonly kind: 'embedded'; readonly texts: readonly EmbeddedText[] }
    | { readonly kind: 'ended'; readonly problem: string }
  >;
  readonly close: () => Promise<void>;
}

/** A large model takes its time to be read. */
const OPENING_TIMEOUT_MS = 180_000;
const CLOSING_TIMEOUT_MS = 1_000;

const HOST = fileURLToPath(new URL(`./model-host${extname(import.meta.url)}`, import.meta.url));

/** What native libraries need to be found, and nothing that could be a secret. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'TMPDIR', 'TEMP'];

/** Starts such a process. `problem` is a sentence's end: why the model cannot be used. Rejects only when `signal` is aborted. */
export const startModelProcess = async (
  onnx: OnnxModel,
  packages: OnnxPackages,
  signal: AbortSignal,
): Promise<ModelProcess | { readonly problem: string }> => {
  signal.throwIfAborted();
  const child = fork(HOST, [], {
    env: Object.fromEntries(PASSED_ON.flatMap((name) => [[name, process.env[name]]])),
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const reply = await ask(child, { kind: 'open', onnx, packages }, OPENING_TIMEOUT_MS);
  signal.removeEventListener('abort', stop);
  if (reply.kind !== 'opened' || signal.aborted) await closed(child);
  signal.throwIfAborted();
  if (reply.kind === 'unusable' || reply.kind === 'ended') return { problem: reply.problem };
  if (reply.kind === 'embedded') throw new RangeError('a model answers what it was asked');
  return {
    opened: reply.opened,
    embed: async (texts) => {
      const answer = await ask(child, { kind: 'embed', texts }, onnx.timeoutMs);
      if (answer.kind === 'embedded' || answer.kind === 'ended') return answer;
      throw new RangeError('a model answers what it was asked');
    },
    close: () => closed(child),
  };
};

type Answer = ModelReply | { readonly kind: 'ended'; readonly problem: string };

const ask = (child: ChildProcess, order: ModelOrder, timeoutMs: number): Promise<Answer> =>
  new Promise((resolve) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      child.off('message', onMessage).off('error', onError).off('exit', onExit);
      resolve(answer);
    };
    // Messages come from our own program.
    const onMessage = (reply: unknown): void => settle(reply as ModelReply);
    const onError = (error: Error): void =>
      settle({ kind: 'ended', problem: `the process of the model does not run: ${error.message}` });
    const onExit = (code: number | null, ended: string | null): void =>
      settle({
        kind: 'ended',
        problem: isLate
          ? `the model took longer than ${timeoutMs} ms`
          : `the process of the model ended with ${ended === null ? `code ${code}` : `signal ${ended}`}`,
      });
    child.on('message', onMessage).on('error', onError).on('exit', onExit);
    if (child.connected) child.send(order, (error) => error !== null && onError(error));
    else if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
  });

const closed = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // Not `close`, which never comes once the channel was closed from here.
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), CLOSING_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
};

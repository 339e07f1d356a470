import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import {
  type CallMap,
  type CallMessage,
  failureOf,
  type Outcome,
  type ReplyMessage,
  type StartMessage,
} from './worker-messages.ts';

/** What runs inside the worker. */
export interface Service<Calls extends CallMap> {
  /** Sent back once, when the service is ready. */
  readonly greeting: unknown;
  /** Answers everything that waited, in order. The more waits, the more goes into one commit. */
  answer(calls: readonly CallMessage<Calls>[]): readonly Outcome[];
  close(): void;
}

/** The worker's side of `startWorker`: opens the service from the worker's data, then answers calls until `close`. */
export function serveCalls<Calls extends CallMap>(open: (data: unknown) => Service<Calls>): void {
  const port = parentPort;
  if (!port) throw new Error('This file runs as a worker only.');
  let service: Service<Calls>;
  try {
    service = open(workerData);
  } catch (error) {
    port.postMessage({ started: false, failure: failureOf(error) } satisfies StartMessage);
    port.close();
    return;
  }
  port.postMessage({ started: true, output: service.greeting } satisfies StartMessage);
  port.on('message', (first: CallMessage<Calls> | 'close') => {
    let isClosing = false;
    const calls: CallMessage<Calls>[] = [];
    for (
      let next: CallMessage<Calls> | 'close' | undefined = first;
      next !== undefined;
      next = receiveMessageOnPort(port)?.message
    ) {
      if (next === 'close') isClosing = true;
      else calls.push(next);
    }
    const outcomes = calls.length > 0 ? service.answer(calls) : [];
    if (calls.length > 0)
      port.postMessage(calls.map(({ id }, index): ReplyMessage => ({ ...(outcomes[index] as Outcome), id })));
    if (!isClosing) return;
    service.close();
    port.close();
  });
}

/** Runs one call; an exception becomes its outcome. */
export function outcomeOf(call: () => unknown): Outcome {
  try {
    return { ok: true, output: call() };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

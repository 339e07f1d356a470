import { type ChildProcess, spawn } from 'node:child_process';
import type { HandoverNews, SuccessorOrder } from '../../core/routing/handover.ts';
import type { OperatorLog } from '../operator-log.ts';
import type { FromSuccessor, ToSuccessor } from './handed-on.ts';
import type { Yielding } from './yielding.ts';

export interface HandingOver {
  /** Resolves with whether another process serves now. */
  readonly done: Promise<boolean>;
  /** Ends the successor, unless it serves already. */
  cancel(): void;
}

export interface HandOverSpec {
  readonly order: SuccessorOrder;
  readonly yielding: Yielding;
  /** Of this process. */
  readonly address: string;
  readonly log: OperatorLog;
  /** Default 30 s: a machine that is busy starts slowly. */
  readonly readyWithinMs?: number;
  /** Default 10 s. While it lasts, connections wait. */
  readonly serveWithinMs?: number;
}

const READY_WITHIN_MS = 30_000;
const SERVE_WITHIN_MS = 10_000;

/**
 * Starts another process with the listening socket and lets it serve as soon as it can; until then, and if it never can, this one serves. The socket
 * is one and the same, so a connection that nobody has accepted yet is accepted by the other.
 */
export function handOver(spec: HandOverSpec): HandingOver {
  const { order, yielding, address, log } = spec;
  const tell = (state: HandoverNews['state'], pid: number, detail = ''): void =>
    yielding.tell({ type: 'handover', boot: order.boot, state, pid, detail });
  const descriptor = yielding.descriptor();
  let child: ChildProcess | null = null;
  let isOver = false;

  const run = async (): Promise<boolean> => {
    if (descriptor === null) throw new Error('there is no listening socket to hand over');
    const started = spawn(order.program, [...order.arguments, order.boot, address], {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', descriptor, 'ipc'],
      env: { ...order.environment },
    });
    child = started;
    const hears = listenTo(started);
    tell('started', started.pid ?? 0);
    await hears('ready', spec.readyWithinMs ?? READY_WITHIN_MS);
    const handedOn = await yielding.yield();
    started.send({ type: 'turn', handedOn } satisfies ToSuccessor, () => {});
    await hears('serving', spec.serveWithinMs ?? SERVE_WITHIN_MS);
    tell('done', started.pid ?? 0);
    log.info(
      { successor: order.boot, successorPid: started.pid },
      'another process serves in place of this one',
    );
    return true;
  };

  const done = run()
    .catch(async (error: unknown) => {
      child?.kill('SIGKILL');
      await yielding.takeBack();
      const why = error instanceof Error ? error.message : String(error);
      tell('failed', 0, why);
      log.error({ err: error, successor: order.boot }, 'no other process could take the place of this one');
      return false;
    })
    .finally(() => {
      isOver = true;
    });
  return {
    done,
    cancel() {
      if (!isOver) child?.kill('SIGKILL');
    },
  };
}

/** Waits for one message of a process; rejects when it ends or the time is over. */
function listenTo(child: ChildProcess): (type: FromSuccessor['type'], withinMs: number) => Promise<void> {
  const heard = new Set<string>();
  let failure: Error | null = null;
  let look: () => void = () => {};
  const fail = (error: Error): void => {
    failure ??= error;
    look();
  };
  child.on('message', (message: { readonly type?: unknown } | null) => {
    heard.add(String(message?.type));
    look();
  });
  child.on('error', fail);
  child.on('exit', (code, signal) =>
    fail(new Error(`it ended (${signal ?? `exit code ${code}`}) before it served; its log says why`)),
  );
  return (type, withinMs) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => fail(new Error(`it was not ${type} within ${withinMs} ms`)), withinMs);
      look = () => {
        if (failure === null && !heard.has(type)) return;
        clearTimeout(late);
        if (failure === null) resolve();
        else reject(failure);
      };
      look();
    });
}

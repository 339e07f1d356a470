import type { Dispatcher } from 'undici';
import type { RawConnection } from './raw-connection.ts';

/** One request on its way: first without a connection, then on one. A class because it is made for every request and handed to its handler. */
export class RawCall implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  connection: RawConnection | null = null;
  readonly handler: Dispatcher.DispatchHandler;
  /** The answer to HEAD has no body, whatever it says. */
  readonly isHead: boolean;

  constructor(handler: Dispatcher.DispatchHandler, isHead: boolean) {
    this.handler = handler;
    this.isHead = isHead;
  }

  /** The handler hears nothing more. What was sent cannot be taken back, so the connection ends with it. */
  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.connection?.drop(this);
  }

  pause(): void {
    this.paused = true;
    this.connection?.socket.pause();
  }

  resume(): void {
    this.paused = false;
    this.connection?.socket.resume();
  }

  fail(error: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = error;
    this.handler.onResponseError?.(this, error);
  }
}

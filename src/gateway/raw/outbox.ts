import type { Socket } from 'node:net';

/** What one connection has to send. */
export interface Letter {
  readonly socket: Socket;
  /** Null: nothing waits to be written. Belongs to the outbox. */
  bytes: Buffer | null;
  /** As with `socket.write`, of these bytes; also when the connection has gone. */
  onSent: (() => void) | undefined;
  /** The system did not take all of it at once. */
  onHeldUp: (() => void) | undefined;
}

/**
 * Writes once the events at hand have been looked at. A write to a process that sleeps wakes it, which costs more than the
 * write; of many writes one after the other most find it awake.
 */
export interface Outbox {
  send(letter: Letter, bytes: Buffer): void;
  /** At once, in the order in which it came: before anything else is done with the connection of one that waits. */
  flush(): void;
}

export function openOutbox(): Outbox {
  let waiting: Letter[] = [];
  let written: Letter[] = [];
  const flush = (): void => {
    // Two lists in turn: what is written may lead to more.
    const going = waiting;
    waiting = written;
    written = going;
    try {
      for (const letter of going) {
        const { socket, bytes, onSent, onHeldUp } = letter;
        letter.bytes = null;
        letter.onSent = undefined;
        letter.onHeldUp = undefined;
        if (bytes === null) continue;
        if (socket.destroyed) {
          onSent?.();
          continue;
        }
        socket.write(bytes, onSent);
        if (onHeldUp !== undefined && socket.writableLength > 0) onHeldUp();
      }
    } finally {
      going.length = 0;
    }
  };
  return {
    send(letter, bytes) {
      if (waiting.length === 0) setImmediate(flush);
      letter.bytes = bytes;
      waiting.push(letter);
    },
    flush,
  };
}

/** One for the process: all its connections take part in the same loop. */
export const outbox = openOutbox();

/** A letter of a connection, to be used for all that it sends. */
export const letterOf = (socket: Socket): Letter => ({
  socket,
  bytes: null,
  onSent: undefined,
  onHeldUp: undefined,
});

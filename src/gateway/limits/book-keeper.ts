import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { jsonLines } from '../http/json-lines.ts';
import type { Booked, Entry, LimitBook } from './limit-book.ts';

/** What the other processes of an environment say to the one that keeps the book; answered in the order they came. */
export interface BookRequest {
  readonly id: number;
  readonly entries: readonly Entry[];
}

export interface BookAnswer {
  readonly id: number;
  readonly booked: readonly Booked[];
}

export interface BookKeeper {
  close(): Promise<void>;
}

/** Lets other processes of this machine's user book as well. What one of them held is free again as soon as it hangs up. */
export async function openBookKeeper(spec: {
  readonly socketPath: string;
  readonly book: LimitBook;
  readonly nowMs: () => number;
  readonly onTrouble: (what: string, error: unknown) => void;
}): Promise<BookKeeper> {
  const { socketPath, book, nowMs, onTrouble } = spec;
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    const holder = `process ${count}`;
    const lines = jsonLines((value) => {
      const { id, entries } = value as BookRequest;
      const atMs = nowMs();
      const booked = entries.map((entry) => book.book(holder, entry, atMs));
      socket.write(`${JSON.stringify({ id, booked } satisfies BookAnswer)}\n`);
    });
    socket.on('data', (chunk) => {
      try {
        lines(chunk);
      } catch (error) {
        onTrouble('a gateway process sent something unreadable about limits', error);
        socket.destroy();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => book.vanish(holder));
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const open = new Set<{ destroy(): void }>();
  // Left by a process that was killed: the launcher sees to it that only one at a time has this part.
  rmSync(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => {
      server.off('error', reject);
      resolve();
    });
  });
  chmodSync(socketPath, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunLine } from '../../core/evaluation/run/run-record.ts';
import { TidegateError } from '../../errors.ts';
import { parseRunLine } from './parse-run-line.ts';

/** The file of one run, open for its only writer. */
export interface RunFile {
  readonly path: string;
  /** Resolves once the line would survive a power cut. Lines keep the order of the calls. After a failure every further call fails too. */
  readonly append: (line: RunLine) => Promise<void>;
  /** Waits for what was appended. */
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Opens a run file to append to it, and makes it (0600) and its directory (0700) where there is none. A line that an earlier
 * writer did not finish is cut off first. Lines appended while the disk is busy are written and synced together.
 * @throws `disk-full`
 */
export const openRunFile = async (path: string): Promise<RunFile> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, 'a+', 0o600);
  try {
    await cutTornLine(handle);
    await syncDirectory(dirname(path));
  } catch (error) {
    await handle.close();
    throw namedDiskError(error);
  }
  let waiting: Waiting[] = [];
  let writing: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        if (failure !== null) throw failure.error;
        await handle.appendFile(Buffer.concat(batch.map(({ bytes }) => bytes)));
        await handle.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        // Half a line may stand there now; one more behind it would make the file unreadable.
        failure ??= { error: namedDiskError(error) };
        for (const { failed } of batch) failed(failure.error);
      }
    }
    writing = null;
  };

  return {
    path,
    append: (line) =>
      new Promise((done, failed) => {
        waiting.push({ bytes: Buffer.from(`${JSON.stringify(line)}\n`), done, failed });
        writing ??= writeAll();
      }),
    close: async () => {
      await writing;
      await handle.close();
    },
  };
};

const CHUNK_BYTES = 1 << 16;

/** A whole record that lacks only its newline gets it; what is no record is taken away. */
const cutTornLine = async (handle: FileHandle): Promise<void> => {
  const { size } = await handle.stat();
  if (size === 0) return;
  const last = await lastLine(handle, size);
  if (parseRunLine(last.text).kind === 'torn') {
    await handle.truncate(last.offset);
    await handle.sync();
  } else if (!last.isEnded) await handle.appendFile('\n');
};

const lastLine = async (handle: FileHandle, size: number) => {
  const parts: Buffer[] = [];
  let isEnded = false;
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - CHUNK_BYTES);
    const chunk = Buffer.alloc(end - from);
    await handle.read(chunk, 0, chunk.length, from);
    // The newline at the very end belongs to the line.
    if (end === size) isEnded = chunk[chunk.length - 1] === 10;
    const before = chunk.lastIndexOf(10, end === size && isEnded ? chunk.length - 2 : chunk.length - 1);
    // For a file of one newline, lastIndexOf counts -1 from the end.
    const found = end === size && isEnded && chunk.length === 1 ? -1 : before;
    parts.unshift(chunk.subarray(found + 1));
    if (found !== -1)
      return { text: Buffer.concat(parts).toString('utf8'), offset: from + found + 1, isEnded };
    end = from;
  }
  return { text: Buffer.concat(parts).toString('utf8'), offset: 0, isEnded };
};

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const namedDiskError = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new TidegateError('disk-full', 'There is no space left for the records of the evaluation.', {
        cause: error,
      })
    : error;
};

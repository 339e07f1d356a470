import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Appends lines to segment files behind the requests' backs. */
export interface InvocationLog {
  /** Never waits and never throws: a line that finds no room is counted as dropped. */
  add(line: string): void;
  counts(): { readonly written: number; readonly waiting: number; readonly dropped: number };
  /** Writes what is waiting, then closes the segment. */
  close(): Promise<void>;
}

export interface InvocationLogSpec {
  /** Segments are named `<prefix>-<n>.jsonl` in it. */
  readonly directory: string;
  readonly prefix: string;
  readonly flushEveryMs?: number;
  readonly waitingLinesAtMost?: number;
  readonly segmentBytesAtMost?: number;
  readonly segmentAgeAtMostMs?: number;
  readonly onTrouble: (error: unknown, droppedLines: number) => void;
}

const BATCH_LINES = 4096;

export function openInvocationLog(spec: InvocationLogSpec): InvocationLog {
  const {
    directory,
    prefix,
    flushEveryMs = 200,
    waitingLinesAtMost = 65_536,
    segmentBytesAtMost = 64 * 1024 * 1024,
    segmentAgeAtMostMs = 3_600_000,
  } = spec;
  let waiting: string[] = [];
  let written = 0;
  let dropped = 0;
  let writing = 0;
  let segments = 0;
  let segment: { file: FileHandle; bytes: number; openedAtMs: number } | null = null;
  let isClosing = false;

  const segmentForNext = async (): Promise<NonNullable<typeof segment>> => {
    const isFull =
      segment !== null &&
      (segment.bytes >= segmentBytesAtMost || performance.now() - segment.openedAtMs >= segmentAgeAtMostMs);
    if (isFull) await leaveSegment();
    if (segment === null) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      segments += 1;
      const file = await open(path.join(directory, `${prefix}-${segments}.jsonl`), 'ax', 0o600);
      segment = { file, bytes: 0, openedAtMs: performance.now() };
    }
    return segment;
  };
  const leaveSegment = async (): Promise<void> => {
    const left = segment;
    segment = null;
    await left?.file.close().catch(() => {});
  };
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.length > BATCH_LINES ? waiting.slice(0, BATCH_LINES) : waiting;
      waiting = waiting.length > BATCH_LINES ? waiting.slice(BATCH_LINES) : [];
      writing = batch.length;
      try {
        const to = await segmentForNext();
        const bytes = Buffer.from(batch.join(''));
        await to.file.appendFile(bytes);
        to.bytes += bytes.length;
        written += batch.length;
      } catch (error) {
        dropped += batch.length;
        spec.onTrouble(error, dropped);
        // The segment may end in half a line now; the next one starts clean.
        await leaveSegment();
        return;
      } finally {
        writing = 0;
      }
    }
    // A removed directory is noticed here: what was written meanwhile is gone with it, and a new segment is begun.
    if (segment !== null && (await segment.file.stat()).nlink === 0) await leaveSegment();
  };
  const loop = async (): Promise<void> => {
    while (!isClosing) {
      await delay(flushEveryMs);
      await flush();
    }
    await flush();
    await leaveSegment();
  };
  const running = loop().catch((error: unknown) => spec.onTrouble(error, dropped));

  return {
    add(line) {
      if (waiting.length >= waitingLinesAtMost || isClosing) dropped += 1;
      else waiting.push(line);
    },
    counts: () => ({ written, waiting: waiting.length + writing, dropped }),
    close() {
      isClosing = true;
      return running;
    },
  };
}

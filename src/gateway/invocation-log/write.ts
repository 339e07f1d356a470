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

/** Lines lie in a few large pieces of memory that are used again: thousands of strings would each grow old on the heap. */
interface Piece {
  readonly bytes: Buffer;
  used: number;
  lines: number;
}

const PIECE_BYTES = 128 * 1024;
const SPARE_PIECES = 4;
/** Of UTF-8, for one unit of a string. */
const BYTES_A_CHARACTER = 3;

export function openInvocationLog(spec: InvocationLogSpec): InvocationLog {
  const {
    directory,
    prefix,
    flushEveryMs = 200,
    waitingLinesAtMost = 65_536,
    segmentBytesAtMost = 64 * 1024 * 1024,
    segmentAgeAtMostMs = 3_600_000,
  } = spec;
  const pieces: Piece[] = [];
  const spare: Buffer[] = [];
  let waiting = 0;
  let written = 0;
  let dropped = 0;
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
  const roomFor = (line: string): Piece => {
    const last = pieces.at(-1);
    const most = line.length * BYTES_A_CHARACTER;
    if (last !== undefined && last.bytes.length - last.used >= most) return last;
    const bytes =
      most > PIECE_BYTES
        ? Buffer.allocUnsafeSlow(most)
        : (spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES));
    const piece = { bytes, used: 0, lines: 0 };
    pieces.push(piece);
    return piece;
  };
  const flush = async (): Promise<void> => {
    while (pieces.length > 0) {
      // What is added from now on begins a piece of its own.
      const { bytes, used, lines } = pieces.shift()!;
      try {
        const to = await segmentForNext();
        await to.file.appendFile(bytes.subarray(0, used));
        to.bytes += used;
        written += lines;
      } catch (error) {
        dropped += lines;
        spec.onTrouble(error, dropped);
        // The segment may end in half a line now; the next one starts clean.
        await leaveSegment();
        return;
      } finally {
        waiting -= lines;
        if (bytes.length === PIECE_BYTES && spare.length < SPARE_PIECES) spare.push(bytes);
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
      if (waiting >= waitingLinesAtMost || isClosing) {
        dropped += 1;
        return;
      }
      const piece = roomFor(line);
      piece.used += piece.bytes.write(line, piece.used);
      piece.lines += 1;
      waiting += 1;
    },
    counts: () => ({ written, waiting, dropped }),
    close() {
      isClosing = true;
      return running;
    },
  };
}

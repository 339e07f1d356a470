import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TidegateError } from '../../errors.ts';
import { runLines } from '../records/run-lines.ts';

/** What somebody answered once, kept in a file that can stand beside the tests: JSON lines, the first of which says what it is. */
export interface Recording {
  readonly path: string;
  /** Null when there is none. `repeat` counts from 0; a repeat never gets what another got. */
  readonly get: (digest: string, repeat: number) => Promise<unknown>;
  readonly put: (digest: string, repeat: number, caseId: string, value: unknown) => Promise<void>;
  readonly has: (digest: string, repeat: number) => boolean;
  /** Something was recorded for the case, under whatever request. */
  readonly knowsCase: (caseId: string) => boolean;
  readonly size: () => number;
  /** Entries that nobody has asked for. */
  readonly unused: () => number;
  /** ISO 8601, UTC, of the oldest entry and the newest; null without any. */
  readonly span: () => { readonly first: string; readonly last: string } | null;
  readonly close: () => Promise<void>;
}

const HEAD = { kind: 'recording', schema: 1 } as const;

interface Entry {
  readonly offset: number;
  readonly length: number;
  isUsed: boolean;
}

/**
 * Opens a recording: `read` one that is there, `add` to it (or to a new one), or begin it `anew`, with nothing of what was in it. Only where each entry
 * stands is kept in memory. A last line that was not written to its end is left out, and cut off before anything is added. @throws TidegateError `not-recorded` when
 * there is none to read, `bad-request` when the file is something else
 */
export const openRecording = async (
  path: string,
  mode: 'read' | 'add' | 'anew',
  nowIso: () => string,
): Promise<Recording> => {
  const entries = new Map<string, Entry>();
  const cases = new Set<string>();
  let span: { first: string; last: string } | null = null;
  let size = 0;
  const note = (
    key: string,
    caseId: string,
    at: string,
    place: Omit<Entry, 'isUsed'>,
    isUsed: boolean,
  ): void => {
    entries.set(key, { ...place, isUsed });
    cases.add(caseId);
    span = {
      first: span === null || at < span.first ? at : span.first,
      last: span === null || at > span.last ? at : span.last,
    };
  };
  const isThere = await exists(path);
  if (!isThere && mode === 'read')
    throw new TidegateError('not-recorded', `There is no recording ${path}.`, {
      todo: 'Make one with `tidegate eval run --record FILE`.',
    });
  if (isThere) {
    for await (const { bytes, offset, number, isEnded } of runLines(path)) {
      const value = parsed(bytes);
      if (number === 1 && !isHead(value)) throw isOther(path);
      if (!isEnded || mode === 'anew') break;
      size = offset + bytes.length + 1;
      const entry = entryOf(value);
      if (entry !== null) note(entry.key, entry.case, entry.at, { offset, length: bytes.length }, false);
    }
  }
  if (mode !== 'read') await mkdir(dirname(path), { recursive: true });
  const handle: FileHandle = await open(path, mode === 'read' ? 'r' : 'a+');
  let writing: Promise<unknown> = Promise.resolve();
  const append = (line: object, done: (place: Omit<Entry, 'isUsed'>) => void): Promise<void> => {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    const next = writing.then(async () => {
      await handle.appendFile(bytes);
      done({ offset: size, length: bytes.length - 1 });
      size += bytes.length;
    });
    writing = next.catch(() => {});
    return next;
  };
  if (mode !== 'read') {
    await handle.truncate(size);
    if (size === 0) await append(HEAD, () => {});
  }
  return {
    path,
    async get(digest, repeat) {
      const entry = entries.get(keyOf(digest, repeat));
      if (entry === undefined) return null;
      entry.isUsed = true;
      const buffer = Buffer.alloc(entry.length);
      await handle.read(buffer, 0, entry.length, entry.offset);
      return (JSON.parse(buffer.toString('utf8')) as { readonly value: unknown }).value;
    },
    put(digest, repeat, caseId, value) {
      const key = keyOf(digest, repeat);
      const at = nowIso();
      return append({ key, case: caseId, at, value }, (place) => note(key, caseId, at, place, true));
    },
    has: (digest, repeat) => entries.has(keyOf(digest, repeat)),
    knowsCase: (caseId) => cases.has(caseId),
    size: () => entries.size,
    unused: () => [...entries.values()].filter(({ isUsed }) => !isUsed).length,
    span: () => span,
    async close() {
      await writing;
      await handle.close();
    },
  };
};

const keyOf = (digest: string, repeat: number): string => `${digest}/${repeat}`;

const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
};

const isHead = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (value as Partial<typeof HEAD>).kind === HEAD.kind &&
  (value as Partial<typeof HEAD>).schema === HEAD.schema;

const entryOf = (
  value: unknown,
): { readonly key: string; readonly case: string; readonly at: string } | null => {
  if (typeof value !== 'object' || value === null) return null;
  const { key, case: caseId, at } = value as Record<string, unknown>;
  return typeof key === 'string' && typeof caseId === 'string' && typeof at === 'string'
    ? { key, case: caseId, at }
    : null;
};

/** Whatever it is, it is not written over. */
const isOther = (path: string): TidegateError =>
  new TidegateError('bad-request', `${path} is no recording, or one of another version of Tidegate.`, {
    todo: 'Name another file.',
  });

const exists = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).size > 0;
  } catch {
    return false;
  }
};

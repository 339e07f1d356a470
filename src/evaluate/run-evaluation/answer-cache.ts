import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runLines } from '../records/run-lines.ts';
import type { TargetAnswer } from '../target/target-answer.ts';

type Answered = Extract<TargetAnswer, { kind: 'answer' }>;

/** The answers of one target, kept from run to run. */
export interface AnswerCache {
  /** The answer to this repeat of this case; null when there is none. A repeat never gets the answer of another. */
  readonly get: (caseDigest: string, repeat: number) => Promise<Answered | null>;
  readonly put: (caseDigest: string, repeat: number, answer: Answered) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Opens the file of a target's answers (0600), named by the target's digest, in which each line is an answer with its key. Only where each
 * line stands is kept in memory; a line that was not written to its end is taken away.
 */
export const openAnswerCache = async (path: string): Promise<AnswerCache> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const places = new Map<string, { readonly offset: number; readonly length: number }>();
  let size = 0;
  if (await exists(path)) {
    for await (const { bytes, offset, isEnded } of runLines(path)) {
      const key = keyOf(bytes);
      if (!isEnded || key === null) continue;
      places.set(key, { offset, length: bytes.length });
      size = offset + bytes.length + 1;
    }
  }
  const handle: FileHandle = await open(path, 'a+', 0o600);
  await handle.truncate(size);
  let writing: Promise<unknown> = Promise.resolve();
  return {
    async get(caseDigest, repeat) {
      const place = places.get(`${caseDigest}/${repeat}`);
      if (place === undefined) return null;
      const buffer = Buffer.alloc(place.length);
      await handle.read(buffer, 0, place.length, place.offset);
      const { answer } = JSON.parse(buffer.toString('utf8')) as { readonly answer: Answered };
      return { ...answer, isCached: true };
    },
    put(caseDigest, repeat, answer) {
      const key = `${caseDigest}/${repeat}`;
      const bytes = Buffer.from(`${JSON.stringify({ key, answer })}\n`);
      const next = writing.then(async () => {
        await handle.appendFile(bytes);
        places.set(key, { offset: size, length: bytes.length - 1 });
        size += bytes.length;
      });
      writing = next.catch(() => {});
      return next;
    },
    async close() {
      await writing;
      await handle.close();
    },
  };
};

const keyOf = (bytes: Buffer): string | null => {
  try {
    const { key } = JSON.parse(bytes.toString('utf8')) as { readonly key?: unknown };
    return typeof key === 'string' ? key : null;
  } catch {
    return null;
  }
};

const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
};

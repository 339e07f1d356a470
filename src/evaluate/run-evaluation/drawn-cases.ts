import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationCase } from '../golden/evaluation-case.ts';

/** A golden set that can be read in any order. */
export interface DrawnCases {
  /** By position. */
  readonly facts: readonly Pick<EvaluationCase, 'tags' | 'weight'>[];
  readonly inOrder: (order: Int32Array) => AsyncGenerator<EvaluationCase>;
  readonly close: () => Promise<void>;
}

/** Written at once. */
const CHUNK_BYTES = 1 << 20;

/**
 * Copies the first `count` cases into a file of its own, whatever kind of file they are in, so that any of them can be read without the
 * others. Memory has where each begins, its tags and its weight. The file has no name any more when this returns, so nothing of it is left over
 * however the process ends.
 */
export const drawnCases = async (
  cases: AsyncIterable<EvaluationCase>,
  count: number,
  directory: string,
): Promise<DrawnCases> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `.drawn-${randomBytes(8).toString('hex')}`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return { ...(await copied(handle, cases, count)), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

const copied = async (
  handle: FileHandle,
  cases: AsyncIterable<EvaluationCase>,
  count: number,
): Promise<Pick<DrawnCases, 'facts' | 'inOrder'>> => {
  const begins = new Float64Array(count + 1);
  const facts: Pick<EvaluationCase, 'tags' | 'weight'>[] = [];
  const shared = new Map<string, Pick<EvaluationCase, 'tags' | 'weight'>>();
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let written = 0;
  const write = async (): Promise<void> => {
    await handle.appendFile(Buffer.concat(waiting));
    waiting = [];
    waitingBytes = 0;
  };
  for await (const one of cases) {
    if (facts.length === count) break;
    const { tags, weight } = one;
    const key = JSON.stringify([weight, tags]);
    const known = shared.get(key) ?? { tags, weight };
    shared.set(key, known);
    const bytes = Buffer.from(JSON.stringify(one));
    begins[facts.length] = written;
    written += bytes.length;
    begins[facts.length + 1] = written;
    facts.push(known);
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes >= CHUNK_BYTES) await write();
  }
  await write();
  return {
    facts,
    async *inOrder(order) {
      for (const position of order) {
        const begin = begins[position]!;
        const bytes = Buffer.alloc(begins[position + 1]! - begin);
        await handle.read(bytes, 0, bytes.length, begin);
        // What was written above is read back.
        yield JSON.parse(bytes.toString('utf8')) as EvaluationCase;
      }
    },
  };
};

import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runLines } from '../records/run-lines.ts';

/** What a call used. */
export interface Used {
  readonly tokens: { readonly input: number; readonly output: number } | null;
  readonly usd: number | null;
}

export interface UsedSoFar extends Used {
  readonly calls: number;
}

/** What models answered while a run was scored, so that going on with it asks nothing twice. */
export interface KeptReplies {
  /** Undefined when there is none. */
  readonly get: (key: string) => Promise<unknown>;
  /** `key` null: an answer that was paid for and cannot be used. */
  readonly put: (key: string | null, value: unknown, used: Used) => Promise<void>;
  /** What was used since the last `settle`, of the calls that were kept before this file was opened. */
  readonly unsettled: UsedSoFar;
  /** Whatever was used so far stands in a summary. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type Line =
  | { readonly kind: 'reply'; readonly key: string | null; readonly value: unknown; readonly used: Used }
  | { readonly kind: 'settled' };

/**
 * Opens such a file (0600), in which each line is one call. Only where each line stands is kept in memory; a line that was not written to its end is
 * taken away. A kill of the process loses nothing; a power cut may lose the newest calls.
 */
export const openKeptReplies = async (path: string): Promise<KeptReplies> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const places = new Map<string, { readonly offset: number; readonly length: number }>();
  let size = 0;
  let unsettled: UsedSoFar = NOTHING;
  if (await exists(path)) {
    for await (const { bytes, offset, isEnded } of runLines(path)) {
      const line = lineOf(bytes);
      if (!isEnded || line === null) continue;
      size = offset + bytes.length + 1;
      if (line.kind === 'settled') unsettled = NOTHING;
      else {
        unsettled = plus(unsettled, line.used);
        if (line.key !== null) places.set(line.key, { offset, length: bytes.length });
      }
    }
  }
  const handle: FileHandle = await open(path, 'a+', 0o600);
  await handle.truncate(size);
  let writing: Promise<unknown> = Promise.resolve();
  const append = (line: Line): Promise<void> => {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    const next = writing.then(async () => {
      await handle.appendFile(bytes);
      if (line.kind === 'reply' && line.key !== null)
        places.set(line.key, { offset: size, length: bytes.length - 1 });
      size += bytes.length;
    });
    writing = next.catch(() => {});
    return next;
  };
  return {
    async get(key) {
      const place = places.get(key);
      if (place === undefined) return undefined;
      const buffer = Buffer.alloc(place.length);
      await handle.read(buffer, 0, place.length, place.offset);
      return (JSON.parse(buffer.toString('utf8')) as { readonly value: unknown }).value;
    },
    put: (key, value, used) => append({ kind: 'reply', key, value, used }),
    unsettled,
    settle: () => append({ kind: 'settled' }),
    async close() {
      await writing;
      await handle.close();
    },
  };
};

const NOTHING: UsedSoFar = { calls: 0, tokens: null, usd: null };

const plus = (sum: UsedSoFar, { tokens, usd }: Used): UsedSoFar => ({
  calls: sum.calls + 1,
  tokens:
    tokens === null
      ? sum.tokens
      : {
          input: (sum.tokens?.input ?? 0) + tokens.input,
          output: (sum.tokens?.output ?? 0) + tokens.output,
        },
  usd: usd === null ? sum.usd : (sum.usd ?? 0) + usd,
});

const lineOf = (bytes: Buffer): Line | null => {
  try {
    const line = JSON.parse(bytes.toString('utf8')) as Line | null;
    return line?.kind === 'reply' || line?.kind === 'settled' ? line : null;
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

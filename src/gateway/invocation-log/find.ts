import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseInvocationId } from '../invocation-id.ts';
import type { FeedbackRecord, InvocationRecord } from './line.ts';

export interface FoundInvocation {
  readonly environment: string;
  readonly invocation: InvocationRecord | null;
  /** In order of arrival. */
  readonly feedback: readonly FeedbackRecord[];
}

/** Segments written before an invocation cannot mention it; clocks and caches get this much grace. */
const GRACE_MS = 5_000;

/**
 * Looks an invocation up in the segment files under `logDir` (`<environment>/<gateway>-<boot>-<n>.jsonl`). Its own line
 * stands in a segment of its boot, feedback may have reached any process of the environment. Null when the id is
 * malformed or nothing is known of it. A line may be missing for as long as the gateway has not flushed it (200 ms).
 */
export async function findInvocation(logDir: string, id: string): Promise<FoundInvocation | null> {
  const parts = parseInvocationId(id);
  if (parts === null) return null;
  for (const environment of await namesIn(logDir)) {
    const directory = path.join(logDir, environment);
    const segments = (await namesIn(directory)).filter((name) => name.endsWith('.jsonl'));
    const own = segments.filter((name) => name.includes(`-${parts.boot}-`));
    if (own.length === 0) continue;
    const records: (InvocationRecord | FeedbackRecord)[] = [];
    for (const name of [...own, ...segments.filter((segment) => !own.includes(segment))]) {
      const file = path.join(directory, name);
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
      if (mtimeMs + GRACE_MS >= parts.atMs) records.push(...(await mentionsIn(file, id)));
    }
    if (records.length === 0) continue;
    return {
      environment,
      invocation: records.find((record) => record.kind === 'invocation') ?? null,
      feedback: records
        .filter((record) => record.kind === 'feedback')
        .sort((a, b) => a.at.localeCompare(b.at)),
    };
  }
  return null;
}

async function mentionsIn(file: string, id: string): Promise<(InvocationRecord | FeedbackRecord)[]> {
  const found: (InvocationRecord | FeedbackRecord)[] = [];
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (!line.includes(id)) continue;
    const record = recordIn(line);
    if (record === null) continue;
    if (record.kind === 'invocation' ? record.id === id : record.invocation === id) found.push(record);
  }
  return found;
}

/** Null for the half line that a full disk or a killed process can leave. */
function recordIn(line: string): InvocationRecord | FeedbackRecord | null {
  try {
    return JSON.parse(line) as InvocationRecord | FeedbackRecord;
  } catch {
    return null;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch {
    return [];
  }
}

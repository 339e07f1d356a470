import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Capture } from '../../core/capture/capture.ts';
import { bootIsOf, parseInvocationId } from '../invocation-id.ts';
import { captureFolders, hourStartsAtMs } from './capture-files.ts';

export interface FoundCapture {
  readonly file: string;
  readonly capture: Capture;
}

/** What was captured of an invocation; null when nothing was, or is not any more, or the id is none. A new one may take a second. */
export async function findCapture(
  logDir: string,
  invocation: string,
  nowMs: number,
): Promise<FoundCapture | null> {
  const parts = parseInvocationId(invocation);
  if (parts === null) return null;
  for (const { environment, hour, directory } of await captureFolders(logDir)) {
    const endsAtMs = hourStartsAtMs(hour)!;
    // What is due counts as gone, also where nobody has cleared it away yet.
    if (!bootIsOf(parts.boot, environment) || endsAtMs <= nowMs || endsAtMs < parts.atMs) continue;
    const file = path.join(directory, `${invocation}.json`);
    const capture = await captureIn(file);
    if (capture !== null) return { file, capture };
  }
  return null;
}

/** Null where there is no such file, or it is damaged. */
async function captureIn(file: string): Promise<Capture | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Capture;
  } catch {
    return null;
  }
}

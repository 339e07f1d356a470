import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Capture } from '../../core/capture/capture.ts';
import { parseInvocationId } from '../invocation-id.ts';
import { captureFolders, namesIn } from './capture-files.ts';

/** What is to be erased; all that is named must be so. */
export interface Erasure {
  readonly environment?: string | undefined;
  readonly service?: string | undefined;
  readonly invocation?: string | undefined;
  /** Id of the caller's key. */
  readonly key?: string | undefined;
  /** Answers to requests from before then. */
  readonly beforeMs?: number | undefined;
}

/** Deletes captures below `logDir`. @returns how many. Throws when one that should go cannot be deleted. */
export async function eraseCaptures(logDir: string, erasure: Erasure): Promise<number> {
  const { environment, service, invocation, key, beforeMs } = erasure;
  const digest = key === undefined ? null : keyDigest(key);
  let erased = 0;
  for (const { directory } of await captureFolders(logDir, { environment, service })) {
    for (const name of await namesIn(directory)) {
      const id = name.replace(/\..*$/, '');
      const atMs = parseInvocationId(id)?.atMs ?? null;
      if (atMs === null || (invocation !== undefined && id !== invocation)) continue;
      if (beforeMs !== undefined && atMs >= beforeMs) continue;
      const file = path.join(directory, name);
      if (digest !== null && !(await isOfKey(file, digest))) continue;
      await rm(file, { force: true });
      erased += 1;
    }
  }
  return erased;
}

export const keyDigest = (keyId: string): string => createHash('sha256').update(keyId).digest('hex');

/** Whether a capture is, or may be, of a request with this key: of a damaged one nobody can tell. */
async function isOfKey(file: string, digest: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    // Its time came just now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    return (JSON.parse(text) as Capture).keyDigest === digest;
  } catch {
    return true;
  }
}

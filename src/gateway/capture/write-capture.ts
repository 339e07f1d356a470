import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Capture } from '../../core/capture/capture.ts';

/**
 * Stores a capture under its name at once or not at all, for nobody but this user. `payloads` is the directory of the
 * environment. @returns bytes. Throws when it cannot; nothing is left behind then.
 */
export function writeCapture(payloads: string, capture: Capture): number {
  const directory = path.join(payloads, capture.service, capture.expiresAt.slice(0, 13));
  const file = path.join(directory, `${capture.invocation}.json`);
  const part = `${file}.part`;
  const text = `${JSON.stringify(capture)}\n`;
  try {
    try {
      writeFileSync(part, text, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(part, text, { flag: 'wx', mode: 0o600 });
    }
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  return Buffer.byteLength(text);
}

import { closeSync, openSync, readSync, statSync } from 'node:fs';

const MOST_BYTES = 256 * 1024;

/** The beginning of a file as text; empty when it is none or cannot be read. */
export const peek = (path: string): string => {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return '';
  try {
    const file = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(MOST_BYTES);
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, MOST_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
};

import { open } from 'node:fs/promises';

/** Enough to tell one kind of file from another, and little of a file whose every line is long. */
const READ_BYTES = 256 * 1024;
const READ_LINES = 40;

/** The first lines of a file that hold something, as far as its first 256 KiB reach. */
export const firstLines = async (path: string): Promise<string[]> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, 0);
    return buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, READ_LINES);
  } finally {
    await file.close();
  }
};

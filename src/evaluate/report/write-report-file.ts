import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes a report so that it is there whole or not at all; missing directories are made. `mode` is 0666 less the umask by default. */
export const writeReportFile = async (
  file: string,
  pieces: Iterable<string> | AsyncIterable<string>,
  mode = 0o666,
): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  const temporary = join(dirname(file), `.${basename(file)}-${randomBytes(6).toString('hex')}`);
  try {
    await pipeline(Readable.from(inChunks(pieces)), createWriteStream(temporary, { flags: 'wx', mode }));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

const CHUNK_CHARACTERS = 1 << 16;

/** A write for each of 100,000 small pieces would take longer than making them. */
async function* inChunks(pieces: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  for await (const piece of pieces) {
    held += piece;
    if (held.length < CHUNK_CHARACTERS) continue;
    yield held;
    held = '';
  }
  if (held !== '') yield held;
}

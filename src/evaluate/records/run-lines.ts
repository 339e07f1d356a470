import { open } from 'node:fs/promises';
import { TidegateError } from '../../errors.ts';

/** A line of a file by its bytes; without the newline. */
export interface ByteLine {
  readonly bytes: Buffer;
  /** Of its first byte in the file. */
  readonly offset: number;
  /** From 1. */
  readonly number: number;
  /** False for a last line that its writer did not end. */
  readonly isEnded: boolean;
}

const CHUNK_BYTES = 1 << 18;

/** No record is near this; without a limit a file that is none would be read into memory as one line. */
export const MOST_LINE_BYTES = 256 << 20;

/**
 * The lines of a file, a piece of it in memory at a time. Only the byte 0x0a ends a line: answers may hold other separators
 * (U+2028) that `node:readline` would break at. @throws `run-file-broken` for a line without an end in sight
 */
export async function* runLines(path: string): AsyncGenerator<ByteLine> {
  const handle = await open(path, 'r');
  try {
    let parts: Buffer[] = [];
    let held = 0;
    let offset = 0;
    let number = 1;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1 && end < bytesRead; end = chunk.indexOf(10, from)) {
        const rest = chunk.subarray(from, end);
        const bytes = parts.length === 0 ? rest : Buffer.concat([...parts, rest]);
        yield { bytes, offset, number, isEnded: true };
        offset += bytes.length + 1;
        number += 1;
        parts = [];
        held = 0;
        from = end + 1;
      }
      if (from < bytesRead) {
        parts.push(chunk.subarray(from, bytesRead));
        held += bytesRead - from;
      }
      if (held > MOST_LINE_BYTES)
        throw new TidegateError('run-file-broken', `Line ${number} of ${path} is too long to be a record.`, {
          data: { file: path, line: number },
        });
    }
    if (held > 0) yield { bytes: Buffer.concat(parts), offset, number, isEnded: false };
  } finally {
    await handle.close();
  }
}

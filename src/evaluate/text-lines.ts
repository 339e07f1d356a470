import { TidegateError } from '../errors.ts';

/** Where a golden set's bytes come from: a file, or anything that can be read from its start more than once. */
export interface GoldenSource {
  /** How errors call it, usually the file's path. */
  readonly name: string;
  readonly open: () => AsyncIterable<Uint8Array>;
}

export type TextLine =
  /** `line` counts from 1; lines of nothing but space are left out. */
  | { readonly kind: 'line'; readonly line: number; readonly text: string }
  | {
      readonly kind: 'problem';
      readonly line: number;
      readonly column?: number;
      /** Completes a sentence that begins with the line. */
      readonly message: string;
      /** Nothing after it can be read. */
      readonly isHopeless: boolean;
    };

/** A line longer than this is taken for a broken file, so that memory stays bounded. */
export const LONGEST_LINE_BYTES = 16 * 1024 * 1024;

/** The lines of UTF-8 text, one at a time. Throws `evaluation-unusable` when the file cannot be read at all. */
export async function* textLines(
  source: GoldenSource,
  onBytes: (bytes: Uint8Array) => void = () => {},
): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 0;
  for await (const bytes of linesOf(source, onBytes)) {
    line += 1;
    if (bytes === 'too-long') {
      const message = `is longer than ${LONGEST_LINE_BYTES / 2 ** 20} MiB`;
      yield { kind: 'problem', line, message, isHopeless: true };
      return;
    }
    if (line === 1 && isUtf16(bytes)) {
      const message = 'is encoded as UTF-16; save the file as UTF-8';
      yield { kind: 'problem', line, message, isHopeless: true };
      return;
    }
    let text: string;
    try {
      text = decoder.decode(line === 1 && isUtf8Mark(bytes) ? bytes.subarray(3) : bytes);
    } catch {
      const column = firstInvalidColumn(bytes);
      yield { kind: 'problem', line, column, message: 'is not valid UTF-8', isHopeless: false };
      continue;
    }
    if (text.trim() !== '') yield { kind: 'line', line, text };
  }
}

/** The lines as bytes, without their ends; cut before decoding, so that a broken one is known by its number. */
async function* linesOf(
  source: GoldenSource,
  onBytes: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array | 'too-long'> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  try {
    for await (const chunk of source.open()) {
      onBytes(chunk);
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        yield Buffer.concat([...held, chunk.subarray(start, end)]);
        held = [];
        heldBytes = 0;
        start = end + 1;
      }
      if (start < chunk.length) {
        held.push(chunk.subarray(start));
        heldBytes += chunk.length - start;
      }
      if (heldBytes > LONGEST_LINE_BYTES) {
        yield 'too-long';
        return;
      }
    }
  } catch (cause) {
    if (cause instanceof TidegateError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a directory' : 'cannot be read';
    throw new TidegateError('evaluation-unusable', `The golden set ${source.name} ${why}.`, {
      cause,
      place: { file: source.name },
      todo: 'Name a file that can be read: one JSON object a line (.jsonl), a table (.csv) or a .parquet file.',
    });
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}

const isUtf16 = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

const isUtf8Mark = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/** Column, in bytes, of the first one that no UTF-8 text could have there. */
export const firstInvalidColumn = (bytes: Uint8Array): number => {
  // As a stream, so that a character cut in half by the probe is no fault.
  const isSound = (length: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let sound = 0;
  let broken = bytes.length + 1;
  while (broken - sound > 1) {
    const middle = (sound + broken) >> 1;
    if (isSound(middle)) sound = middle;
    else broken = middle;
  }
  return Math.min(broken, bytes.length);
};

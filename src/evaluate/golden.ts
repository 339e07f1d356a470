import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Digest } from '../core/digest.ts';
import type { Place } from '../errors.ts';
import { TidegateError } from '../errors.ts';
import type { GoldenCase } from './golden-case.ts';
import { parseGoldenLine } from './golden-case.ts';

/** Where a golden set's bytes come from: a file, or anything that can be read from its start more than once. */
export interface GoldenSource {
  /** How errors call it, usually the file's path. */
  readonly name: string;
  readonly open: () => AsyncIterable<Uint8Array>;
}

export const goldenFile = (path: string): GoldenSource => ({
  name: path,
  open: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
});

export interface GoldenSummary {
  /** SHA-256 of the file's bytes. */
  readonly digest: Digest;
  readonly cases: number;
}

export interface GoldenProblem extends Place {
  readonly message: string;
}

/** A line longer than this is taken for a broken file, so that memory stays bounded. */
export const LONGEST_LINE_BYTES = 16 * 1024 * 1024;
const MOST_PROBLEMS = 20;

/**
 * Reads a golden set to its end without keeping its cases (only their ids) and says what it is. Throws a TidegateError
 * `evaluation-unusable` with the first place and, in `data.problems`, the first 20 problems.
 */
export const checkGolden = async (source: GoldenSource): Promise<GoldenSummary> => {
  const problems: GoldenProblem[] = [];
  const hash = createHash('sha256');
  let cases = 0;
  for await (const entry of entriesOf(source, hash)) {
    if (entry.kind === 'case') cases += 1;
    else problems.push(entry.problem);
    if (problems.length === MOST_PROBLEMS || (entry.kind === 'problem' && entry.isHopeless)) break;
  }
  if (problems.length > 0) throw unusable(problems);
  if (cases === 0) throw unusable([emptyProblem(source)]);
  return { digest: `sha256:${hash.digest('hex')}`, cases };
};

/**
 * Streams the cases of a golden set. Throws `evaluation-unusable` at the first unusable line, when there is no case at
 * all, and at the end when the bytes are not those of `digest`.
 */
export async function* readGolden(source: GoldenSource, digest?: Digest): AsyncGenerator<GoldenCase> {
  const hash = createHash('sha256');
  let cases = 0;
  for await (const entry of entriesOf(source, hash)) {
    if (entry.kind === 'problem') throw unusable([entry.problem]);
    cases += 1;
    yield entry.case;
  }
  if (cases === 0) throw unusable([emptyProblem(source)]);
  const found: Digest = `sha256:${hash.digest('hex')}`;
  if (digest !== undefined && found !== digest) {
    const message = `is not the golden set that was sealed: its digest is ${found}, not ${digest}`;
    throw unusable([{ file: source.name, message }]);
  }
}

type Entry =
  | { readonly kind: 'case'; readonly case: GoldenCase }
  | { readonly kind: 'problem'; readonly problem: GoldenProblem; readonly isHopeless: boolean };

async function* entriesOf(
  source: GoldenSource,
  hash: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Entry> {
  const lineOfId = new Map<string, number>();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 0;
  const problem = (message: string, column?: number, isHopeless = false): Entry => ({
    kind: 'problem',
    problem: { file: source.name, line, ...(column === undefined ? {} : { column }), message },
    isHopeless,
  });
  for await (const bytes of linesOf(source, hash)) {
    line += 1;
    if (bytes === 'too-long') {
      yield problem(`is longer than ${LONGEST_LINE_BYTES / 2 ** 20} MiB`, undefined, true);
      return;
    }
    if (line === 1 && isUtf16(bytes)) {
      yield problem('is encoded as UTF-16; save the file as UTF-8', undefined, true);
      return;
    }
    let text: string;
    try {
      text = decoder.decode(line === 1 && isUtf8Mark(bytes) ? bytes.subarray(3) : bytes);
    } catch {
      yield problem('is not valid UTF-8', firstInvalidColumn(bytes));
      continue;
    }
    if (text.trim() === '') continue;
    const parsed = parseGoldenLine(text);
    if (!parsed.isCase) {
      yield problem(parsed.message, parsed.column);
      continue;
    }
    const earlier = lineOfId.get(parsed.case.id);
    if (earlier !== undefined) {
      yield problem(`repeats the id ${JSON.stringify(parsed.case.id)} of line ${earlier}`);
      continue;
    }
    lineOfId.set(parsed.case.id, line);
    yield { kind: 'case', case: parsed.case };
  }
}

/** The lines as bytes, without their ends; cut before decoding, so that a broken one is known by its number. */
async function* linesOf(
  source: GoldenSource,
  hash: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array | 'too-long'> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  try {
    for await (const chunk of source.open()) {
      hash.update(chunk);
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
      todo: 'Name a readable JSONL file under `evaluate: golden:`.',
    });
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}

const isUtf16 = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

const isUtf8Mark = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/** Column, in bytes, of the first one that no UTF-8 text could have there. */
const firstInvalidColumn = (bytes: Uint8Array): number => {
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

const emptyProblem = (source: GoldenSource): GoldenProblem => ({
  file: source.name,
  message: 'contains no case',
});

const unusable = (problems: readonly GoldenProblem[]): TidegateError => {
  const [first] = problems;
  if (first === undefined) throw new RangeError('no problem to report');
  const { message, ...place } = first;
  const where = place.line === undefined ? '' : ` line ${place.line}`;
  const others = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  return new TidegateError('evaluation-unusable', `${basename(first.file)}${where} ${message}${others}.`, {
    place,
    data: { problems },
  });
};

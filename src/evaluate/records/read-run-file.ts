import type { RunLine } from '../../core/evaluation/run/run-record.ts';
import { TidegateError } from '../../errors.ts';
import { parseRunLine } from './parse-run-line.ts';
import { runLines } from './run-lines.ts';

/**
 * The records of a run file in the order in which they were written, one in memory at a time. A last line that was never finished is
 * left out. A case that was asked again has two records, of which the later counts; the same for two summaries.
 * @throws `not-found`; `run-file-broken` for a line that is no record and not the last
 */
export async function* readRunFile(path: string): AsyncGenerator<RunLine> {
  for await (const { line } of readRunEntries(path)) yield line;
}

export interface RunEntry {
  readonly line: RunLine;
  /** Of its first byte. */
  readonly offset: number;
  /** Without the newline. */
  readonly bytes: number;
}

/** As `readRunFile`, with where each record stands. */
export async function* readRunEntries(path: string): AsyncGenerator<RunEntry> {
  // A torn line is pardoned only when nothing comes after it, so it waits for the next one.
  let torn: number | null = null;
  let isFirst = true;
  try {
    for await (const { bytes, number, offset } of runLines(path)) {
      if (torn !== null) throw broken(path, torn, 'is not JSON');
      if (bytes.length === 0) continue;
      const parsed = parseRunLine(bytes.toString('utf8'));
      if (parsed.kind === 'foreign') throw broken(path, number, parsed.problem);
      if (parsed.kind === 'torn') {
        torn = number;
        continue;
      }
      if (isFirst && parsed.line.kind !== 'run') throw broken(path, number, 'is not the head of a run');
      isFirst = false;
      yield { line: parsed.line, offset, bytes: bytes.length };
    }
  } catch (error) {
    throw namedReadError(error, path);
  }
  if (isFirst) throw broken(path, 1, 'is not the head of a run');
}

const broken = (file: string, line: number, problem: string): TidegateError =>
  new TidegateError('run-file-broken', `Line ${line} of ${file} ${problem}.`, { data: { file, line } });

const namedReadError = (error: unknown, path: string): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'EISDIR'
    ? new TidegateError('not-found', `There is no file of an evaluation at ${path}.`, { cause: error })
    : error;
};

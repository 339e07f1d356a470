import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Digest } from '../core/digest.ts';
import type { Place } from '../errors.ts';
import { TidegateError } from '../errors.ts';
import type { GoldenCase } from './golden-case.ts';
import { parseGoldenLine } from './golden-case.ts';
import type { GoldenSource } from './text-lines.ts';
import { textLines } from './text-lines.ts';

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
  for await (const entry of textLines(source, (bytes) => hash.update(bytes))) {
    const { line } = entry;
    const problem = (message: string, column?: number, isHopeless = false): Entry => ({
      kind: 'problem',
      problem: { file: source.name, line, ...(column === undefined ? {} : { column }), message },
      isHopeless,
    });
    if (entry.kind === 'problem') {
      yield problem(entry.message, entry.column, entry.isHopeless);
      continue;
    }
    const parsed = parseGoldenLine(entry.text);
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

const emptyProblem = (source: GoldenSource): GoldenProblem => ({
  file: source.name,
  message: 'contains no case',
});

/** The error of a golden set with these problems, of which there is at least one. */
export const unusable = (problems: readonly GoldenProblem[]): TidegateError => {
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

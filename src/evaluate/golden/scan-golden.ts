import { createHash } from 'node:crypto';
import type { Digest } from '../../core/digest.ts';
import type { GoldenFields } from '../../core/evaluation/run/evaluation-plan.ts';
import type { GoldenProblem } from '../unusable-golden.ts';
import { unusableGolden } from '../unusable-golden.ts';
import { canonicalJson } from './canonical-json.ts';
import type { EvaluationCase } from './evaluation-case.ts';
import { readCase } from './evaluation-case.ts';
import { goldenRows } from './golden-rows.ts';
import { shortDigest, startKeyTable } from './key-table.ts';

/** Something that makes a golden set say less than it seems to. */
export interface GoldenFinding {
  readonly kind: 'duplicate-input' | 'contradiction' | 'empty' | 'in-training-data';
  readonly line: number;
  readonly id: string;
  /** Completes a sentence that begins with the case. */
  readonly message: string;
}

export interface GoldenScan {
  /** SHA-256 over the canonical JSON of every case in order: the same for the same cases, whatever file they are in. */
  readonly digest: Digest;
  readonly cases: number;
  /** Cases whose `expected` is there. */
  readonly withExpected: number;
  /** How often each kind was found. */
  readonly counts: Readonly<Record<GoldenFinding['kind'], number>>;
  /** The first ten of each kind. */
  readonly findings: readonly GoldenFinding[];
}

const MOST_PROBLEMS = 20;
const MOST_FINDINGS = 10;

export interface ScanOptions {
  readonly fields: GoldenFields;
  /** Only so many cases, from the first on. */
  readonly limit: number | null;
  /** Is shown every case, for whoever compares them with others. */
  readonly onCase?: (one: EvaluationCase, line: number) => void;
}

/**
 * Reads a golden set to its end, or to the limit, keeping a hash of each id and input. Throws `evaluation-unusable` with the first place
 * and, in `data.problems`, the first 20: unreadable lines, missing fields, ids that occur twice.
 */
export const scanGolden = async (
  path: string,
  { fields, limit, onCase }: ScanOptions,
): Promise<GoldenScan> => {
  const problems: GoldenProblem[] = [];
  const findings: GoldenFinding[] = [];
  const counts = { 'duplicate-input': 0, contradiction: 0, empty: 0, 'in-training-data': 0 };
  const hash = createHash('sha256');
  const lineOfId = startKeyTable(1);
  const seenInputs = startKeyTable(2);
  let cases = 0;
  let withExpected = 0;
  const find = (kind: GoldenFinding['kind'], line: number, id: string, message: string): void => {
    counts[kind] += 1;
    if (counts[kind] <= MOST_FINDINGS) findings.push({ kind, line, id, message });
  };
  for await (const row of goldenRows(path)) {
    const { line } = row;
    if (row.kind === 'problem') {
      const { message, column } = row;
      problems.push({ file: path, line, message, ...(column === undefined ? {} : { column }) });
      if (row.isHopeless) break;
    } else {
      const read = readCase(row.fields, fields, cases);
      const earlier = read.isCase ? lineOfId.putIfNew(read.case.id, [line]) : null;
      if (!read.isCase) problems.push({ file: path, line, message: read.message });
      else if (earlier !== null)
        problems.push({
          file: path,
          line,
          message: `repeats the id ${JSON.stringify(read.case.id)} of line ${earlier[0]}`,
        });
      else {
        const { case: one } = read;
        cases += 1;
        if (one.expected !== null) withExpected += 1;
        hash.update(canonicalJson({ ...one, position: undefined })).update('\n');
        onCase?.(one, line);
        if (one.input === '' || one.expected === '')
          find('empty', line, one.id, `has an empty ${one.input === '' ? 'input' : 'expected answer'}`);
        const expected = shortDigest(canonicalJson(one.expected));
        const twin = seenInputs.putIfNew(normalisedText(one.input), [line, expected]);
        if (twin !== null && twin[1] === expected)
          find('duplicate-input', line, one.id, `asks the same as line ${twin[0]}`);
        else if (twin !== null)
          find('contradiction', line, one.id, `asks the same as line ${twin[0]} and expects another answer`);
      }
    }
    if (problems.length === MOST_PROBLEMS || (limit !== null && cases >= limit)) break;
  }
  if (problems.length > 0) throw unusableGolden(problems);
  if (cases === 0) throw unusableGolden([{ file: path, message: 'contains no case' }]);
  return { digest: `sha256:${hash.digest('hex')}`, cases, withExpected, counts, findings };
};

/** Inputs that differ only in case, width of characters and space count as the same; `2 + 2` and `2 - 2` do not. */
const normalisedText = (input: unknown): string => {
  const text = typeof input === 'string' ? input : canonicalJson(input);
  // Most texts have nothing but printable ASCII and single spaces, to which the rest would do nothing.
  if (!/[^ -~]| {2}/.test(text)) return text.toLowerCase().trim();
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
};

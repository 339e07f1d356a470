import type { GoldenFields } from '../../core/evaluation/run/evaluation-plan.ts';
import { unusableGolden } from '../unusable-golden.ts';
import type { EvaluationCase } from './evaluation-case.ts';
import { readCase } from './evaluation-case.ts';
import { goldenRows } from './golden-rows.ts';

/** Streams the cases of a file that `scanGolden` found sound. Throws `evaluation-unusable` when it is so no longer. */
export async function* goldenCases(path: string, fields: GoldenFields): AsyncGenerator<EvaluationCase> {
  let position = 0;
  for await (const row of goldenRows(path)) {
    const { line } = row;
    if (row.kind === 'problem') throw unusableGolden([{ file: path, line, message: row.message }]);
    const read = readCase(row.fields, fields, position);
    if (!read.isCase) throw unusableGolden([{ file: path, line, message: read.message }]);
    position += 1;
    yield read.case;
  }
}

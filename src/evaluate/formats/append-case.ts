import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { GoldenFields } from '../../core/evaluation/run/evaluation-plan.ts';
import type { PlainObject } from '../../core/formats/plain-object.ts';
import { TidegateError } from '../../errors.ts';
import { goldenCases } from '../golden/golden-cases.ts';
import type { GoldenFinding, GoldenScan } from '../golden/scan-golden.ts';
import { scanGolden } from '../golden/scan-golden.ts';

export interface AppendedCase {
  /** Null where the golden set was not there before. */
  readonly before: GoldenScan | null;
  readonly after: GoldenScan;
  /** What the new case brought: an input that is there already, for example. */
  readonly findings: readonly GoldenFinding[];
}

/**
 * Writes one more line to a golden set of JSON lines, which is made where it is not there. Nothing of it is written again, so what was
 * there stays as it was. @throws `evaluation-unusable` where the set is broken, `bad-request` where the id is taken, and for tables
 */
export const appendCase = async (
  path: string,
  fields: GoldenFields,
  line: PlainObject,
): Promise<AppendedCase> => {
  if (['.csv', '.tsv', '.parquet'].includes(extname(path).toLowerCase()))
    throw new TidegateError('bad-request', 'A case can be added to JSON lines only.', {
      todo: 'Make JSON lines of the table first: tidegate eval import TABLE --to golden.jsonl.',
    });
  const options = { fields, limit: null };
  const before = existsSync(path) ? await scanGolden(path, options) : null;
  if (before !== null)
    for await (const { id } of goldenCases(path, fields))
      if (id === String(line[fields.id]))
        throw new TidegateError('bad-request', `There is a case ${JSON.stringify(id)} already.`, {
          todo: 'Give another one with --id.',
        });
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const separator = size > 0 && last[0] !== 10 ? '\n' : '';
    await file.appendFile(`${separator}${JSON.stringify(line)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  const after = await scanGolden(path, options);
  const id = String(line[fields.id]);
  return { before, after, findings: after.findings.filter((finding) => finding.id === id) };
};

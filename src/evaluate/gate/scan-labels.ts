import type { GoldenFields } from '../../core/evaluation/run/evaluation-plan.ts';
import type { GoldenScan } from '../golden/scan-golden.ts';
import { scanGolden } from '../golden/scan-golden.ts';
import { labelOf } from '../label-of.ts';
import type { GoldenProblem } from '../unusable-golden.ts';
import { unusableGolden } from '../unusable-golden.ts';

const MOST_PROBLEMS = 20;

/** Scans a golden set of which every case must have a label. Throws `evaluation-unusable` as `scanGolden` does, and where one has none. */
export const scanLabels = async (path: string, fields: GoldenFields): Promise<GoldenScan> => {
  const problems: GoldenProblem[] = [];
  const scan = await scanGolden(path, {
    fields,
    limit: null,
    onCase({ expected }, line) {
      const label = labelOf(expected);
      if ((label !== null && label !== '') || problems.length === MOST_PROBLEMS) return;
      const message = `has no ${JSON.stringify(fields.expected)} that is a label (a non-empty text, a number, true or false)`;
      problems.push({ file: path, line, message });
    },
  });
  if (problems.length > 0) throw unusableGolden(problems);
  return scan;
};

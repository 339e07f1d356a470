import type { GroupCase } from '../scorer-inputs.ts';

/** Counts of cases by group, with weights. */
export interface GroupTally {
  readonly total: number;
  readonly selected: number;
  readonly deserved: number;
  /** Selected among those that deserve it, and among those that do not. */
  readonly truePositives: number;
  readonly falsePositives: number;
}

export interface CodedGroups {
  /** Sorted. */
  readonly groups: readonly string[];
  readonly codes: Int32Array;
  readonly cases: readonly GroupCase[];
}

export const codeGroups = (cases: readonly GroupCase[]): CodedGroups => {
  const groups = [...new Set(cases.map((one) => one.group))].sort();
  const codeOf = new Map(groups.map((group, code) => [group, code]));
  return { groups, codes: Int32Array.from(cases, (one) => codeOf.get(one.group)!), cases };
};

/** One tally for each group, in their order, and one for all. Groups without weight are there with a total of 0. */
export const tallyGroups = (
  { groups, codes, cases }: CodedGroups,
  weights?: ArrayLike<number>,
): { readonly ofGroups: readonly GroupTally[]; readonly overall: GroupTally } => {
  const width = 5;
  const sums = new Float64Array(groups.length * width);
  for (let i = 0; i < cases.length; i += 1) {
    const weight = weights === undefined ? 1 : (weights[i] ?? 0);
    const { deserved, selected } = cases[i]!;
    const row = codes[i]! * width;
    sums[row] = sums[row]! + weight;
    if (selected) sums[row + 1] = sums[row + 1]! + weight;
    if (deserved) sums[row + 2] = sums[row + 2]! + weight;
    if (selected && deserved) sums[row + 3] = sums[row + 3]! + weight;
    if (selected && !deserved) sums[row + 4] = sums[row + 4]! + weight;
  }
  const tallyOf = ([
    total = 0,
    selected = 0,
    deserved = 0,
    truePositives = 0,
    falsePositives = 0,
  ]: readonly number[]) => ({
    total,
    selected,
    deserved,
    truePositives,
    falsePositives,
  });
  const rows = groups.map((_, group) => [...sums.subarray(group * width, (group + 1) * width)]);
  const all = rows.reduce((sum, row) => sum.map((one, k) => one + row[k]!), new Array<number>(width).fill(0));
  return { ofGroups: rows.map(tallyOf), overall: tallyOf(all) };
};

/** A rate of one group; null where there is nothing to divide by. */
export type GroupRate = (tally: GroupTally) => number | null;

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

export const GROUP_RATES = {
  'selection-rate': ({ selected, total }) => share(selected, total),
  'true-positive-rate': ({ truePositives, deserved }) => share(truePositives, deserved),
  'false-positive-rate': ({ falsePositives, total, deserved }) => share(falsePositives, total - deserved),
  accuracy: ({ truePositives, falsePositives, deserved, total }) =>
    share(truePositives + (total - deserved - falsePositives), total),
  precision: ({ truePositives, selected }) => share(truePositives, selected),
} as const satisfies Record<string, GroupRate>;

export type GroupRateName = keyof typeof GROUP_RATES;

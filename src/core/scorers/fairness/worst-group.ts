import type { Reweighted, Scorer } from '../scorer.ts';
import { ofWholeSet } from '../scorer.ts';
import type { GroupCase } from '../scorer-inputs.ts';
import type { GroupRateName } from './group-rates.ts';
import { codeGroups, GROUP_RATES, tallyGroups } from './group-rates.ts';

export interface WorstGroupOptions {
  readonly rate: GroupRateName;
  /** Whether the group with the least or with the greatest rate is the worst. */
  readonly worst: 'least' | 'greatest';
}

/** The rate of the group that fares worst (fairlearn's `group_min` and `group_max`); groups that have no rate are left out. */
export const worstGroupRate = ({ rate, worst }: WorstGroupOptions): Scorer<GroupCase> =>
  ofWholeSet((cases) => {
    const coded = codeGroups(cases);
    return (weights) => {
      const rates = tallyGroups(coded, weights)
        .ofGroups.map(GROUP_RATES[rate])
        .filter((one) => one !== null);
      if (rates.length === 0) return null;
      return worst === 'least' ? Math.min(...rates) : Math.max(...rates);
    };
  });

/** Any score of the group that fares worst by it. Groups for which it is undefined are left out. */
export const worstGroup = <Case>(
  scorer: Scorer<Case>,
  groupOf: (one: Case) => string,
  worst: WorstGroupOptions['worst'],
): Scorer<Case> =>
  ofWholeSet((cases) => {
    const members = new Map<string, number[]>();
    for (const [i, one] of cases.entries()) {
      const group = groupOf(one);
      const known = members.get(group);
      if (known === undefined) members.set(group, [i]);
      else known.push(i);
    }
    const ofGroups: { readonly rows: readonly number[]; readonly score: Reweighted }[] = [
      ...members.values(),
    ].map((rows) => ({ rows, score: scorer.prepare(rows.map((i) => cases[i]!)) }));
    return (weights) => {
      const scores = ofGroups
        .map(({ rows, score }) => (weights === undefined ? score() : score(rows.map((i) => weights[i] ?? 0))))
        .filter((one) => one !== null);
      if (scores.length === 0) return null;
      return worst === 'least' ? Math.min(...scores) : Math.max(...scores);
    };
  });

import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { RankingCase } from '../scorer-inputs.ts';
import { judge } from './judged-ranking.ts';

export interface NdcgOptions {
  /** Places that count; null for all. */
  readonly k: number | null;
  /** `linear`: a grade is worth itself, as in trec_eval; `exponential`: 2^grade - 1 (Burges et al., "Learning to rank using gradient descent", 2005). */
  readonly gain: 'linear' | 'exponential';
}

/**
 * Normalised discounted cumulative gain, 0 to 1 (Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002)
 * with trec_eval's discount, 1 / log2(place + 1) from the first place on. The ideal ranking holds every judged document,
 * found or not, and is cut at k as well. 0 when nothing is relevant.
 */
export const ndcg = ({ k, gain }: NdcgOptions): Scorer<RankingCase> => {
  const worth = gain === 'linear' ? (grade: number) => grade : (grade: number) => 2 ** grade - 1;
  const discounted = (grades: Float64Array): number => {
    const end = Math.min(grades.length, k ?? grades.length);
    let sum = 0;
    for (let place = 0; place < end; place += 1) {
      const grade = grades[place]!;
      if (grade > 0) sum += worth(grade) / Math.log2(place + 2);
    }
    return sum;
  };
  return meanOfCases((one) => {
    const { found, ideal } = judge(one);
    const best = discounted(ideal);
    return best === 0 ? 0 : discounted(found) / best;
  });
};

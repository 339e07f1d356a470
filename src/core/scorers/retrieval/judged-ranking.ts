import type { RankingCase } from '../scorer-inputs.ts';

/** A ranking as its grades: all that the measures of this folder look at. */
export interface JudgedRanking {
  /** The grade of each place, best place first; 0 for documents that nobody judged. */
  readonly found: Float64Array;
  /** All grades above 0 there are, best first. */
  readonly ideal: Float64Array;
}

/**
 * A document named twice keeps its second place and earns nothing there, so that repeating it never pays. Grades below 0 count as
 * 0. Throws a RangeError for a grade that is no number.
 */
export const judge = ({ ranked, relevance }: RankingCase): JudgedRanking => {
  const grades = Object.values(relevance);
  if (grades.some(Number.isNaN)) throw new RangeError('a grade is not a number');
  const seen = new Set<string>();
  const found = new Float64Array(ranked.length);
  for (let place = 0; place < ranked.length; place += 1) {
    const id = ranked[place]!;
    if (seen.has(id)) continue;
    seen.add(id);
    if (Object.hasOwn(relevance, id)) found[place] = Math.max(0, relevance[id]!);
  }
  return {
    found,
    ideal: Float64Array.from(grades.filter((grade) => grade > 0))
      .sort()
      .reverse(),
  };
};

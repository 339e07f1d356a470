/**
 * A way to turn cases into a number.
 *
 * Every scorer scores a set. What is slow (tokenizing, counting, sorting) is done once; the function that comes of it then gives
 * the score of the same cases under any weights in time linear in their number. A bootstrap over cases is a row of such
 * calls, with the number of times each case was drawn as its weight.
 */
export interface Scorer<Case> {
  /** The score of a single case; null when the scorer only has a meaning for sets. */
  readonly ofCase: ((one: Case) => Score) | null;
  /** Takes cases one by one and keeps of each only the few numbers it needs, so that a set never has to be in memory. */
  readonly start: () => Collection<Case>;
  /** The same for cases that are all there. */
  readonly prepare: (cases: readonly Case[]) => Reweighted;
}

export interface Collection<Case> {
  readonly add: (one: Case) => void;
  /** Cases have weights in the order in which they were added. */
  readonly finish: () => Reweighted;
}

/** Null: undefined for these cases, such as the area under a curve when only one class occurs. Never NaN. */
export type Score = number | null;

/** The score when case i counts `weights[i]` times (0 or more, fractions allowed); each once when left out. */
export type Reweighted = (weights?: ArrayLike<number>) => Score;

/** A scorer of single cases; a set has the weighted mean of those that have a score. Throws a RangeError for a score of NaN. */
export const meanOfCases = <Case>(ofCase: (one: Case) => Score): Scorer<Case> =>
  collecting(ofCase, () => {
    const scores: Score[] = [];
    return {
      add: (one) => {
        const score = ofCase(one);
        if (Number.isNaN(score)) throw new RangeError('a score is not a number, so an input was none');
        scores.push(score);
      },
      finish: () => (weights) => {
        let sum = 0;
        let total = 0;
        for (let i = 0; i < scores.length; i += 1) {
          const score = scores[i] ?? null;
          const weight = weights === undefined ? 1 : (weights[i] ?? 0);
          if (score === null || weight === 0) continue;
          sum += weight * score;
          total += weight;
        }
        return total === 0 ? null : sum / total;
      },
    };
  });

/** A scorer of sets whose parts are counts that add up: `statistics` of one case, always of the same length. Throws a RangeError for NaN. */
export const sumOfStatistics = <Case>(
  statistics: (one: Case) => readonly number[],
  ofSum: (sum: readonly number[]) => Score,
): Scorer<Case> =>
  collecting(
    (one) => ofSum(statistics(one)),
    () => {
      const collected: number[] = [];
      let width = 0;
      return {
        add: (one) => {
          const row = statistics(one);
          if (row.some(Number.isNaN)) throw new RangeError('a count is not a number, so an input was none');
          width = row.length;
          for (const count of row) collected.push(count);
        },
        finish: () => {
          const rows = Float64Array.from(collected);
          return (weights) => {
            if (rows.length === 0) return null;
            const sum = new Array<number>(width).fill(0);
            for (let i = 0; i * width < rows.length; i += 1) {
              const weight = weights === undefined ? 1 : (weights[i] ?? 0);
              if (weight === 0) continue;
              for (let k = 0; k < width; k += 1) sum[k] = sum[k]! + weight * rows[i * width + k]!;
            }
            return ofSum(sum);
          };
        },
      };
    },
  );

/** A scorer that has to see all cases at once. They are kept, which is little: labels, numbers, probabilities. */
export const ofWholeSet = <Case>(prepare: (cases: readonly Case[]) => Reweighted): Scorer<Case> => ({
  ofCase: null,
  start: () => {
    const cases: Case[] = [];
    return { add: (one) => void cases.push(one), finish: () => prepare(cases) };
  },
  prepare,
});

const collecting = <Case>(ofCase: (one: Case) => Score, start: () => Collection<Case>): Scorer<Case> => ({
  ofCase,
  start,
  prepare: (cases) => {
    const collection = start();
    for (const one of cases) collection.add(one);
    return collection.finish();
  },
});

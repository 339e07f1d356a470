/**
 * The score of a case for means over cases: the mean of its first `least` repeats, however many more there were. Further ones were made because
 * of what the first gave, so counting them would move the mean; and every case counts once. Null: none has a score.
 */
export const repeatedScore = (scores: readonly (number | null)[], least: number): number | null => {
  const counted = scores.slice(0, least).filter((score) => score !== null);
  return counted.length === 0 ? null : counted.reduce((sum, score) => sum + score, 0) / counted.length;
};

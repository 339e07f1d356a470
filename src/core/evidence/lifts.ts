/**
 * How much worse the candidate might be, as factors on the odds of a bad outcome. Nobody knows the true factor, so a test
 * splits its stake evenly over this grid; that costs at most log(8) and no validity.
 */
export const LIFTS: readonly number[] = [1.25, 1.5, 2, 3, 5, 8, 15, 40];
export const LOG_LIFTS: readonly number[] = LIFTS.map((lift) => Math.log(lift));

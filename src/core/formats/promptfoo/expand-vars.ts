import type { PlainObject } from '../plain-object.ts';

/** More combinations than this are taken for a mistake. */
export const MOST_COMBINATIONS = 10_000;

/** A variable that is a list stands for several tests, one for each combination, as promptfoo expands it. Null: too many. */
export const expandVars = (vars: PlainObject): PlainObject[] | null => {
  let all: PlainObject[] = [{}];
  for (const [name, value] of Object.entries(vars)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (all.length * values.length > MOST_COMBINATIONS) return null;
    all = all.flatMap((one) => values.map((each) => ({ ...one, [name]: each })));
  }
  return all;
};

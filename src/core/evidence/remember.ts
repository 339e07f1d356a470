/**
 * A function of two numbers that remembers its newest results. Cohorts are many, but the pairs they ask for are few: exposures are
 * steps and expectations lie on a grid. Pure as the function itself.
 */
export function remember<T>(compute: (a: number, b: number) => T): (a: number, b: number) => T {
  let known = new Map<number, Map<number, T>>();
  let entries = 0;
  return (a, b) => {
    let row = known.get(a);
    if (row === undefined) {
      row = new Map();
      known.set(a, row);
    }
    const present = row.get(b);
    if (present !== undefined) return present;
    if (entries >= ENTRIES_AT_MOST) {
      known = new Map([[a, new Map<number, T>()]]);
      row = known.get(a)!;
      entries = 0;
    }
    const value = compute(a, b);
    row.set(b, value);
    entries += 1;
    return value;
  };
}

const ENTRIES_AT_MOST = 2_000;

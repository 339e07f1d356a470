/** Something in a file of another program that was not carried over, or not quite as it was. Nothing is dropped without one. */
export interface LeftOut {
  /** What it is called in that file: `assertion llm-rubric`, `key scenarios`. */
  readonly what: string;
  /** Why, and what may be done instead. A sentence without its end. */
  readonly why: string;
  /** Where it stands: `test 4`, `line 12`; null for the file as a whole. */
  readonly where: string | null;
}

/** The same thing in several places, named once. */
export interface LeftOutSummary {
  readonly what: string;
  readonly why: string;
  /** Places, each once; 0 where it is of the file as a whole. */
  readonly count: number;
  /** The first five. */
  readonly where: readonly string[];
}

const MOST_PLACES = 5;

export const summariseLeftOut = (all: readonly LeftOut[]): LeftOutSummary[] => {
  const found = new Map<
    string,
    { readonly what: string; readonly why: string; readonly places: Set<string> }
  >();
  for (const { what, why, where } of all) {
    const key = JSON.stringify([what, why]);
    const known = found.get(key) ?? { what, why, places: new Set() };
    if (where !== null) known.places.add(where);
    found.set(key, known);
  }
  return [...found.values()].map(({ what, why, places }) => ({
    what,
    why,
    count: places.size,
    where: [...places].slice(0, MOST_PLACES),
  }));
};

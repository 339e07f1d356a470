import type { CaseFacts, RequiredCases } from './requirement-input.ts';

/** Places of the cases that carry each tag, tags in alphabetical order. */
export const slicesOf = (cases: readonly CaseFacts[]): ReadonlyMap<string, readonly number[]> => {
  const slices = new Map<string, number[]>();
  cases.forEach(({ tags }, place) => {
    for (const tag of new Set(tags)) {
      const slice = slices.get(tag);
      if (slice === undefined) slices.set(tag, [place]);
      else slice.push(place);
    }
  });
  return new Map([...slices].sort(([a], [b]) => (a < b ? -1 : 1)));
};

export interface Slice {
  /** Null: all cases. */
  readonly tag: string | null;
  readonly places: readonly number[];
}

/** The sets of cases in each of which a requirement must hold. Empty when no slice is large enough. */
export const requiredSlices = (
  wanted: RequiredCases,
  all: readonly number[],
  slices: ReadonlyMap<string, readonly number[]>,
): Slice[] => {
  switch (wanted.kind) {
    case 'all':
      return [{ tag: null, places: all }];
    case 'slice':
      return [{ tag: wanted.tag, places: slices.get(wanted.tag) ?? [] }];
    case 'worst-slice': {
      if (wanted.tags !== null) return wanted.tags.map((tag) => ({ tag, places: slices.get(tag) ?? [] }));
      const large = [...slices].filter(([, places]) => places.length >= wanted.leastCases);
      return large.map(([tag, places]) => ({ tag, places }));
    }
  }
};

/** A JSON pointer in which a step may be `*`, for any one member or index. */
export interface PlacePattern {
  readonly steps: readonly string[];
}

/** The empty pointer stands for the whole value. */
export const placePattern = (pointer: string): PlacePattern => ({
  steps: pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
});

/** Of those patterns that lead through `step`, what is left to go. */
export const patternsBelow = (patterns: readonly PlacePattern[], step: string): PlacePattern[] =>
  patterns.flatMap(({ steps: [first, ...rest] }) =>
    first !== undefined && (first === '*' || first === step) ? [{ steps: rest }] : [],
  );

export const isAtEnd = (patterns: readonly PlacePattern[]): boolean =>
  patterns.some(({ steps }) => steps.length === 0);

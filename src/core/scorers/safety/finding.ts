/** Something in a text that should not be there. It says where, never what: a finding may be logged, a secret may not. */
export interface Finding<Kind extends string = string> {
  readonly kind: Kind;
  /** In UTF-16 units, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Where a pattern (flag `g`) matches and the match stands a closer look. */
export const findAll = <Kind extends string>(
  text: string,
  kind: Kind,
  pattern: RegExp,
  isReal: (match: string, start: number) => boolean = () => true,
): Finding<Kind>[] => {
  const found: Finding<Kind>[] = [];
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (isReal(match, index)) found.push({ kind, start: index, end: index + match.length });
  }
  return found;
};

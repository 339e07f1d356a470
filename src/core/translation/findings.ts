/** What came up while a request was translated. */
export interface Findings {
  /** The first field that has no counterpart, as a path such as `messages[1].content`. Null: all have one. */
  refusal: { readonly field: string; readonly why: string } | null;
  /** Hints that were left out: they change no answer, only how fast or cheap it is. */
  readonly leftOut: Set<string>;
}

export const openFindings = (): Findings => ({ refusal: null, leftOut: new Set() });

/** Only the first is kept: clients correct one field at a time. */
export function refuse(findings: Findings, field: string, why: string): void {
  findings.refusal ??= { field, why };
}

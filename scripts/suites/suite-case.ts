/** A line of a suite: a case of a golden set. */
export interface SuiteCase {
  readonly id: string;
  readonly input: string | readonly { readonly role: string; readonly content: string }[];
  readonly expected?: string | readonly string[];
  readonly tags: readonly string[];
  /** A text that only an answer which gave in can hold. */
  readonly canary?: string;
}

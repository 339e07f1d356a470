/** The spam probabilities, 0 to 1, of some raw mails, in the same order. */
export type Classifier = (mails: readonly string[]) => Promise<number[]>;

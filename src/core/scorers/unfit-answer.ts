/** What was answered is nothing that the scorer can score, as a probability of 7 is none: the fault of the answer, neither of the case nor of the scorer. */
export class UnfitAnswer extends RangeError {}

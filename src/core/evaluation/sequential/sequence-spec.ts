/** A question about a finite set of cases that are asked one after the other, in the order of `drawOrder`. */
export interface SequenceSpec {
  /** Cases in the set. */
  readonly cases: number;
  /** What the verdict is about; see `startSequence`. */
  readonly about: 'population' | 'set';
  /** All of them must hold. Without any, nothing is ever settled. */
  readonly bounds: readonly SequenceBound[];
  /** Whether keeping these bounds is all that a pass takes; otherwise they can only fail it. */
  readonly mayPass: boolean;
  /** How often a set that breaks a bound may pass. */
  readonly wrongPassShare: number;
  /** How often one that keeps all of them may fail. */
  readonly wrongFailShare: number;
  /** The greatest weight of a case in the set; 1 where they all weigh the same. */
  readonly greatestWeight: number;
  /** With a greater share of the cases so far in error nothing passes: of all that the candidate failed, and of those of each bound by themselves. */
  readonly mostErrorsShare: number;
}

/** A bound on the weighted mean over the cases. */
export interface SequenceBound {
  readonly good: 'at-least' | 'at-most';
  readonly limit: number;
  /** What a single value lies in, such as [0, 1]; of a difference of two such scores [-1, 1]. Finite. */
  readonly range: readonly [least: number, greatest: number];
}

/** One case, or of several repeats their mean. */
export interface SequenceCase {
  readonly weight: number;
  /** One for each bound. Null: the score is undefined for this case; `outside`: the bound is about other cases (a slice). */
  readonly values: readonly (number | 'error' | 'outside' | null)[];
  /** The candidate gave no answer that could be scored, whether a bound is about this case or not. Default: one of the values is an error. */
  readonly candidateErred?: boolean;
}

export interface SequenceReading {
  /** `inconclusive`: every case was asked, and that was not enough. */
  readonly answer: 'continue' | 'pass' | 'fail' | 'inconclusive';
  /** Cases seen. */
  readonly cases: number;
  /** Those that the candidate failed. */
  readonly errors: number;
  readonly bounds: readonly BoundReading[];
}

export interface BoundReading {
  /** Natural logarithm of the greatest e-value so far against "the bound is broken" and "the bound is kept"; infinite: impossible. */
  readonly logEKept: number;
  readonly logEBroken: number;
  readonly isKept: boolean;
  /** Too many of its own cases ended in an error for a pass. */
  readonly hasTooManyErrors: boolean;
  readonly isBroken: boolean;
}

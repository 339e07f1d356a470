import type { ToolCallsCase } from './tool-calls/tool-call.ts';

/** What the kinds of scorers look at, by name of the kind. */
export interface ScorerInputs {
  readonly text: TextCase;
  readonly json: JsonCase;
  readonly output: OutputCase;
  readonly number: NumberCase;
  readonly label: LabelCase;
  readonly probability: ProbabilityCase;
  readonly 'class-probabilities': ClassProbabilitiesCase;
  readonly ranking: RankingCase;
  readonly group: GroupCase;
  readonly 'tool-calls': ToolCallsCase;
}

export type InputKind = keyof ScorerInputs;

/** An answer and the texts that would be right. With several references the best one counts, unless a scorer says otherwise. */
export interface TextCase {
  readonly output: string;
  readonly references: readonly string[];
}

/** An answer that should hold JSON, and the value it should hold. */
export interface JsonCase {
  readonly output: string;
  readonly expected: unknown;
}

/** An answer that is judged by itself. */
export interface OutputCase {
  readonly output: string;
}

export interface NumberCase {
  readonly expected: number;
  readonly answered: number;
}

/** `answered` is null where the case ended in an error: a label that is never right. */
export interface LabelCase {
  readonly expected: string;
  readonly answered: string | null;
}

/** How probable (0 to 1), or how high on any scale, the positive class was said to be. */
export interface ProbabilityCase {
  readonly isPositive: boolean;
  readonly probability: number;
}

/** A probability for each class; all cases of a set name the same classes. */
export interface ClassProbabilitiesCase {
  readonly expected: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Documents in the order they were found, best first, and the judged ones with their grades; those not judged have grade 0. */
export interface RankingCase {
  readonly ranked: readonly string[];
  readonly relevance: Readonly<Record<string, number>>;
}

/** One yes-or-no decision about a member of a group. `deserved` is the true answer. */
export interface GroupCase {
  readonly group: string;
  readonly deserved: boolean;
  readonly selected: boolean;
}

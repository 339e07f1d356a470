import type { OptionSpecs, OptionValues } from './option-spec.ts';
import type { Scorer } from './scorer.ts';
import type { InputKind, ScorerInputs } from './scorer-inputs.ts';
import type { ToolCall } from './tool-calls/tool-call.ts';

export type ScorerFamily =
  | 'text'
  | 'classification'
  | 'regression'
  | 'retrieval'
  | 'fairness'
  | 'safety'
  | 'tool-calls';

/** What a scorer asks of its surroundings, because it needs a library that rules may not load. */
export interface ScorerSurroundings {
  /** Whether a tool of this name exists and the arguments satisfy its schema. */
  readonly isValidCall: (call: ToolCall) => boolean;
}

export interface ScorerEntry<Kind extends InputKind = InputKind, Specs extends OptionSpecs = OptionSpecs> {
  readonly family: ScorerFamily;
  readonly input: Kind;
  readonly options: Specs;
  /** The least and the greatest score there can be. */
  readonly range: readonly [least: number, greatest: number];
  /** Which scores are good. */
  readonly better: 'higher' | 'lower';
  /** Raised whenever the same cases would get another score. */
  readonly version: number;
  /** The reference implementation that test vectors come from; null where a definition had to do. */
  readonly agreesWith: string | null;
  readonly make: (
    options: OptionValues<Specs>,
    surroundings: ScorerSurroundings,
  ) => Scorer<ScorerInputs[Kind]>;
}

/** Checks the types of an entry and keeps them. */
export const scorerEntry = <const Kind extends InputKind, const Specs extends OptionSpecs>(
  entry: ScorerEntry<Kind, Specs>,
): ScorerEntry<Kind, Specs> => entry;

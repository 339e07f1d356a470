import { classificationEntries } from './classification/classification-entries.ts';
import { fairnessEntries } from './fairness/fairness-entries.ts';
import type { OptionValues } from './option-spec.ts';
import { optionProblem } from './option-spec.ts';
import { regressionEntries } from './regression/regression-entries.ts';
import { retrievalEntries } from './retrieval/retrieval-entries.ts';
import { safetyEntries } from './safety/safety-entries.ts';
import type { Scorer } from './scorer.ts';
import type { ScorerEntry, ScorerSurroundings } from './scorer-entry.ts';
import type { ScorerInputs } from './scorer-inputs.ts';
import { signatureOf } from './signature.ts';
import { textEntries } from './text/text-entries.ts';
import { toolCallEntries } from './tool-calls/tool-call-entries.ts';

/** Every scorer by name: what it looks at, what it can be told, which scores it gives and which of them are good. */
export const SCORERS = {
  ...textEntries,
  ...classificationEntries,
  ...regressionEntries,
  ...retrievalEntries,
  ...fairnessEntries,
  ...safetyEntries,
  ...toolCallEntries,
} as const;

export type ScorerName = keyof typeof SCORERS;

export type ScorerOptions<Name extends ScorerName> = OptionValues<(typeof SCORERS)[Name]['options']>;

export type ScorerCase<Name extends ScorerName> = ScorerInputs[(typeof SCORERS)[Name]['input']];

export type MadeScorer<Case> =
  | { readonly isMade: true; readonly scorer: Scorer<Case>; readonly signature: string }
  /** `option` is null where the options do not go together. */
  | { readonly isMade: false; readonly option: string | null; readonly message: string };

/**
 * A scorer with its options; those left out have their defaults. Options come from files that people write, so what is wrong
 * with them is an answer and no exception.
 */
export const makeScorer = <Name extends ScorerName>(
  name: Name,
  options: Readonly<Record<string, unknown>> = {},
  surroundings: ScorerSurroundings = NO_TOOLS,
): MadeScorer<ScorerCase<Name>> => {
  const entry: ScorerEntry = SCORERS[name] as unknown as ScorerEntry;
  for (const option of Object.keys(options)) {
    if (!Object.hasOwn(entry.options, option)) return refuse(option, `${name} has no option ${option}`);
  }
  const values: Record<string, unknown> = {};
  for (const [option, spec] of Object.entries(entry.options)) {
    const given = options[option] === undefined ? spec.default : options[option];
    // A choice such as "0" is a number where somebody writes it without quotes.
    const value = spec.kind === 'choice' && typeof given === 'number' ? String(given) : given;
    const problem = optionProblem(spec, value);
    if (problem !== null) return refuse(option, `${option} ${problem}`);
    values[option] = value;
  }
  try {
    const scorer = entry.make(values as OptionValues<ScorerEntry['options']>, surroundings);
    // The entry takes the cases that its `input` names, which is what ScorerCase looks up.
    return {
      isMade: true,
      scorer: scorer as Scorer<ScorerCase<Name>>,
      signature: signatureOf(name, entry, values),
    };
  } catch (error) {
    if (error instanceof RangeError) return refuse(null, error.message);
    throw error;
  }
};

const refuse = (option: string | null, message: string) => ({ isMade: false, option, message }) as const;

/** Without schemas no call can be called valid. */
const NO_TOOLS: ScorerSurroundings = { isValidCall: () => false };

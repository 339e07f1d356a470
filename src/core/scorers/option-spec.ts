/** What a scorer can be told, as data: help, schema and checks are made from it. */
export type OptionSpec =
  | { readonly kind: 'boolean'; readonly default: boolean; readonly says: string }
  | {
      readonly kind: 'number';
      readonly default: number;
      readonly min: number;
      readonly max: number;
      readonly isInteger: boolean;
      readonly says: string;
    }
  /** A number, or null for none. */
  | {
      readonly kind: 'optional-number';
      readonly default: number | null;
      readonly min: number;
      readonly max: number;
      readonly isInteger: boolean;
      readonly says: string;
    }
  /** A text, or null for none. */
  | { readonly kind: 'optional-text'; readonly default: string | null; readonly says: string }
  | {
      readonly kind: 'choice';
      readonly default: string;
      readonly choices: readonly string[];
      readonly says: string;
    }
  /** Some of the choices. */
  | {
      readonly kind: 'choices';
      readonly default: readonly string[];
      readonly choices: readonly string[];
      readonly says: string;
    }
  | { readonly kind: 'texts'; readonly default: readonly string[]; readonly says: string };

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export type OptionValue<Spec extends OptionSpec> = Spec extends {
  readonly kind: 'choice';
  readonly choices: readonly (infer Choice)[];
}
  ? Choice
  : Spec extends { readonly kind: 'choices'; readonly choices: readonly (infer Choice)[] }
    ? readonly Choice[]
    : Spec extends { readonly kind: 'boolean' }
      ? boolean
      : Spec extends { readonly kind: 'number' }
        ? number
        : Spec extends { readonly kind: 'optional-number' }
          ? number | null
          : Spec extends { readonly kind: 'optional-text' }
            ? string | null
            : readonly string[];

export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: OptionValue<Specs[Name]>;
};

/** What is wrong with a value; null when it fits. */
export const optionProblem = (spec: OptionSpec, value: unknown): string | null => {
  switch (spec.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be true or false';
    case 'optional-number':
      return value === null ? null : numberProblem(spec, value);
    case 'number':
      return numberProblem(spec, value);
    case 'optional-text':
      return value === null || typeof value === 'string' ? null : 'must be a text';
    case 'choice':
      return spec.choices.some((choice) => choice === value)
        ? null
        : `must be one of ${spec.choices.join(', ')}`;
    case 'choices':
      return Array.isArray(value) && value.every((one) => spec.choices.includes(one))
        ? null
        : `must be a list of ${spec.choices.join(', ')}`;
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string')
        ? null
        : 'must be a list of texts';
  }
};

const numberProblem = (
  { min, max, isInteger }: Extract<OptionSpec, { readonly min: number }>,
  value: unknown,
): string | null => {
  const fits =
    typeof value === 'number' &&
    value >= min &&
    value <= max &&
    (isInteger ? Number.isInteger(value) : Number.isFinite(value));
  return fits ? null : `must be ${isInteger ? 'an integer' : 'a number'} from ${min} to ${max}`;
};

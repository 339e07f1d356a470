import { isAtEnd, type PlacePattern, patternsBelow } from './place-pattern.ts';
import type { TextRedactor } from './redact-text.ts';
import { type NameRules, plainName } from './sensitive-name.ts';

export interface ValueRules {
  readonly places: readonly PlacePattern[];
  readonly names: NameRules;
}

/** Deeper than this nobody nests what is meant to be read. */
const DEPTH_AT_MOST = 200;
/** Shorter rows of digits are found nowhere without a word beside them. */
const DIGITS_AT_LEAST = 9;

/**
 * A JSON value without what the rules take out: values at places and under names that are told, and whatever `redactor` finds
 * in texts, in names of members, and in JSON that stands inside a text. Throws a RangeError for what is nested too deeply.
 */
export function redactValue(value: unknown, { places, names }: ValueRules, redactor: TextRedactor): unknown {
  const walk = (at: unknown, below: readonly PlacePattern[], depth: number): unknown => {
    if (depth > DEPTH_AT_MOST) throw new RangeError('nested too deeply');
    if (isAtEnd(below)) return at === null ? null : redactor.takeOut('redacted');
    if (typeof at === 'string') return text(at, depth);
    if (typeof at === 'number') return number(at);
    if (Array.isArray(at))
      return at.map((each, index) => walk(each, patternsBelow(below, String(index)), depth + 1));
    if (typeof at !== 'object' || at === null) return at;
    // Members are defined, never assigned: one may be called `__proto__`.
    return Object.fromEntries(
      Object.entries(at).map(([name, each]) => [redactor.redact(name), member(name, each, below, depth)]),
    );
  };
  const member = (name: string, value: unknown, places: readonly PlacePattern[], depth: number): unknown => {
    const told = names.get(plainName(name));
    return told !== undefined && (told === 'redacted' ? value !== null : isSaying(value))
      ? redactor.takeOut(told)
      : walk(value, patternsBelow(places, name), depth + 1);
  };
  const text = (given: string, depth: number): string => {
    const inner = jsonIn(given);
    if (inner === undefined) return redactor.redact(given);
    // Arguments of tools travel like this. Names count inside too; places lead to the text, not into it.
    const before = JSON.stringify(inner);
    const after = JSON.stringify(walk(inner, [], depth + 1));
    return redactor.redact(after === before ? given : after);
  };
  const number = (given: number): number | string => {
    // It has lost digits, so no check digit can tell what it was.
    if (Number.isInteger(given) && !Number.isSafeInteger(given)) return redactor.takeOut('number');
    const digits = String(given);
    if (digits.length < DIGITS_AT_LEAST) return given;
    const redacted = redactor.redact(digits);
    return redacted === digits ? given : redacted;
  };
  return walk(value, places, 0);
}

/** Under a name that everybody uses a flag tells no secret, and neither does a schema. What a service has named goes whatever it is. */
const isSaying = (value: unknown): boolean =>
  value !== null && value !== '' && typeof value !== 'boolean' && !isSchema(value);

/** `{"password": {"type": "string"}}` in the parameters of a tool is no password, but a schema with values in it could hold one. */
function isSchema(value: unknown): boolean {
  if (!isMap(value) || ![value.type].flat().every((type) => TYPES.has(type))) return false;
  return Object.entries(value).every(([keyword, said]) => {
    switch (keyword) {
      case 'type':
        return true;
      case 'properties':
        return isMap(said) && Object.values(said).every(isSchema);
      case 'items':
        return isSchema(said);
      case 'additionalProperties':
        return typeof said === 'boolean' || isSchema(said);
      case 'required':
        return Array.isArray(said) && said.every((name) => typeof name === 'string');
      default:
        return KEYWORDS.has(keyword) && typeof said !== 'object';
    }
  });
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: ReadonlySet<unknown> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'object',
  'array',
  'null',
]);

/** Of JSON Schema, those that bound or describe a value and hold none: no `default`, `const`, `enum` or `examples`. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'title',
  'description',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'nullable',
  'deprecated',
  'readOnly',
  'writeOnly',
]);

function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

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
    // What says nothing yet stays, and so does a schema that describes such a member.
    const isSaying = value !== null && value !== '' && typeof value !== 'boolean' && !isSchema(value);
    return told !== undefined && isSaying
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

/** `{"password": {"type": "string"}}` in the parameters of a tool is no password. */
const isSchema = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  TYPES.has((value as { type?: unknown }).type) &&
  !('value' in value);

const TYPES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array']);

function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

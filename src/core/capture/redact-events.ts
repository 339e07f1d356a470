import { joinEvents } from './join-events.ts';
import type { TextRedactor } from './redact-text.ts';
import { redactValue, type ValueRules } from './redact-value.ts';

/**
 * The events of a stream of unknown form as one map: texts by their place, put together, and what else came last there. Places and
 * names of the rules are looked at in each event; what stands in a text is looked for when it is whole, and in each piece.
 */
export function redactEvents(
  events: readonly unknown[],
  rules: ValueRules,
  redactor: TextRedactor,
): Readonly<Record<string, unknown>> {
  const byName: TextRedactor = {
    ...redactor,
    redact: (text) => text,
    redactPieces: (pieces) => pieces.join(''),
  };
  const joined = joinEvents(events.map((event) => redactValue(event, rules, byName)));
  return Object.fromEntries(
    joined.map(({ place, pieces }) => {
      const texts = pieces.filter((piece) => typeof piece === 'string');
      const below: ValueRules = { places: [], names: rules.names };
      const whole = texts.join('');
      const value =
        texts.length < pieces.length
          ? redactValue(pieces.at(-1), below, redactor)
          : /^\s*[[{]/.test(whole)
            ? redactValue(whole, below, redactor)
            : redactor.redactPieces(texts);
      return [redactor.redact(place), value];
    }),
  );
}

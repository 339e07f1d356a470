import { classOfStatus, type ErrorReading } from '../../core/translation/error-class.ts';
import type { ErrorTable } from './error-table.ts';

/** Longer ones are cut: they go into answers, and are for people. */
const MESSAGE_CHARACTERS = 2_000;

type Data = Readonly<Record<string, unknown>>;

const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What an error of a provider comes down to. What the body says goes before the status, which several kinds share; `status` is
 * null for an event in a stream. `body`: parsed JSON, or anything else where it was none.
 */
export function readError({ places, marks }: ErrorTable, status: number | null, body: unknown): ErrorReading {
  for (const place of places) {
    const holder = isData(body) ? (place.at === null ? body : body[place.at]) : null;
    if (!isData(holder)) continue;
    const message = holder[place.message];
    if (typeof message !== 'string') continue;
    const said = {
      message,
      type: place.type === undefined ? undefined : holder[place.type],
      code: place.code === undefined ? undefined : holder[place.code],
    };
    const mark = marks.find(({ in: where, says }) => {
      const given = said[where];
      return typeof given === 'string' && (typeof says === 'string' ? given === says : says.test(given));
    });
    // In a stream some write the status where others write a code.
    const known =
      status ??
      statusIn(place.status === undefined ? undefined : holder[place.status]) ??
      statusIn(said.code) ??
      500;
    return {
      class: mark?.means ?? classOfStatus(known),
      message: message.slice(0, MESSAGE_CHARACTERS),
    };
  }
  return { class: classOfStatus(status ?? 500), message: '' };
}

/** Null: a number of the provider's own, or none. */
const statusIn = (value: unknown): number | null =>
  typeof value === 'number' && value >= 400 && value <= 599 ? value : null;

import type { Budget } from './budget.ts';

/** A day or month of the calendar, in some time zone. */
export interface Period {
  /** `2026-11-21` or `2026-11`. */
  readonly name: string;
  readonly startsAtMs: number;
  /** Exclusive. */
  readonly endsAtMs: number;
}

const HOUR_MS = 3_600_000;
/** Longer than any day or month with whatever clocks do in it. */
const LONGEST_MS = { day: 50 * HOUR_MS, month: 33 * 24 * HOUR_MS } as const;

/** The period that a moment lies in. @throws RangeError for a time zone that is none. */
export function periodAt({ per, zone }: Pick<Budget, 'per' | 'zone'>, atMs: number): Period {
  const nameAt = namer(per, zone);
  const name = nameAt(atMs);
  return {
    name,
    startsAtMs: firstAfter(atMs - LONGEST_MS[per], atMs, (ms) => nameAt(ms) === name),
    endsAtMs: firstAfter(atMs, atMs + LONGEST_MS[per], (ms) => nameAt(ms) !== name),
  };
}

export const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/** Searched, not reckoned: how far a zone is from UTC changes, and not at midnight alone. */
function firstAfter(fromMs: number, toMs: number, isSo: (ms: number) => boolean): number {
  let [no, yes] = [fromMs, toMs];
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (isSo(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

function namer(per: Budget['per'], zone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (ms) => {
    const parts = format.formatToParts(ms);
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
    const month = `${part('year')}-${part('month')}`;
    return per === 'month' ? month : `${month}-${part('day')}`;
  };
}

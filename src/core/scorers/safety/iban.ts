import { passesMod97 } from './check-digits.ts';
import type { Finding } from './finding.ts';

/** International bank account numbers (ISO 13616): a country that has them, its length, and the check by 97. Single spaces may separate groups. */
export const findIbans = (text: string): Finding<'iban'>[] => {
  const found: Finding<'iban'>[] = [];
  for (const { 0: match, index } of text.matchAll(BEGINNING)) {
    const length = IBAN_LENGTHS.get(match.slice(0, 2).toUpperCase());
    if (length === undefined) continue;
    const end = endOf(text, index, length);
    if (end !== null && isIban(text.slice(index, end).replaceAll(' ', '')))
      found.push({ kind: 'iban', start: index, end });
  }
  return found;
};

/** `text` has no spaces. */
export const isIban = (text: string): boolean => {
  const upper = text.toUpperCase();
  return (
    /^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(upper) &&
    IBAN_LENGTHS.get(upper.slice(0, 2)) === upper.length &&
    passesMod97(upper.slice(4) + upper.slice(0, 4))
  );
};

const BEGINNING = /(?<![\p{L}\p{N}_])[A-Za-z]{2}\d{2}(?= ?[A-Za-z0-9])/gu;

/** Behind so many letters and digits, with single spaces between some; null when there are too few, or one more touches. */
const endOf = (text: string, start: number, length: number): number | null => {
  let i = start;
  for (let found = 0; found < length; i += 1) {
    if (isLetterOrDigit(text.charCodeAt(i))) found += 1;
    else if (text[i] !== ' ' || text[i - 1] === ' ') return null;
  }
  return isLetterOrDigit(text.charCodeAt(i)) ? null : i;
};

const isLetterOrDigit = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** Lengths from the register of SWIFT, release 101. */
export const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    15: 'NO',
    16: 'BE',
    18: 'DK FI FK FO GL NL SD',
    19: 'MK SI',
    20: 'AT BA EE KZ LT LU MN XK',
    21: 'CH HR LI LV',
    22: 'BG BH CR DE GB GE IE ME RS VA',
    23: 'AE GI IL IQ OM SO TL',
    24: 'AD CZ ES MD PK RO SA SE SK TN VG',
    25: 'LY PT ST',
    26: 'IS TR',
    27: 'BI DJ FR GR IT MC MR SM',
    28: 'AL AZ BY CY DO GT HN HU LB NI PL SV',
    29: 'BR EG PS QA UA',
    30: 'JO KW MU YE',
    31: 'MT SC',
    32: 'LC',
    33: 'RU',
  }).flatMap(([length, countries]) =>
    countries.split(' ').map((country) => [country, Number(length)] as const),
  ),
);

import { passesMod11And10 } from './check-digits.ts';
import type { Finding } from './finding.ts';
import { findAll } from './finding.ts';

export type NationalNumber = 'us-ssn' | 'uk-nino' | 'german-tax-id' | 'french-nir';

/**
 * Numbers that states give to persons. Where a bare row of digits would fit too often (SSN, German tax number), it counts only in
 * its usual groups, or with a word before it that says what it is.
 */
export const findNationalNumbers = (text: string): Finding<NationalNumber>[] => [
  ...findAll(text, 'us-ssn', SSN, (match, start) => {
    const isGrouped = match.length > 9;
    return isUsSsn(match.replace(/[ -]/g, '')) && (isGrouped || isNamed(text, start, SSN_WORDS));
  }),
  ...findAll(text, 'uk-nino', NINO, (match) => isUkNino(match.replaceAll(' ', ''))),
  ...findAll(text, 'german-tax-id', TAX_ID, (match, start) => {
    const isGrouped = match.length > 11;
    return isGermanTaxId(match.replaceAll(' ', '')) && (isGrouped || isNamed(text, start, TAX_ID_WORDS));
  }),
  ...findAll(text, 'french-nir', NIR, (match) => isFrenchNir(match.replaceAll(' ', ''))),
];

/** Nine digits. Areas 000, 666 and from 900 on, group 00 and serial 0000 were never given out; some were printed in advertisements. */
export const isUsSsn = (digits: string): boolean => {
  const [area, group, serial] = [digits.slice(0, 3), digits.slice(3, 5), digits.slice(5)];
  return (
    /^\d{9}$/.test(digits) &&
    area !== '000' &&
    area !== '666' &&
    area < '900' &&
    group !== '00' &&
    serial !== '0000' &&
    !['078051120', '457555462', '219099999'].includes(digits)
  );
};

/** HMRC's National Insurance Manual, NIM39110: letters that are not used, prefixes that are not given out, suffix A to D. */
export const isUkNino = (text: string): boolean =>
  /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(text.toUpperCase());

/**
 * The German Steuer-ID: eleven digits, not beginning with 0. Among the first ten, exactly one digit occurs twice or three times
 * and no other more than once; the last is the check digit.
 */
export const isGermanTaxId = (digits: string): boolean => {
  if (!/^[1-9]\d{10}$/.test(digits)) return false;
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10; i += 1) {
    const digit = digits.charCodeAt(i) - 48;
    counts[digit] = counts[digit]! + 1;
  }
  const repeated = counts.filter((count) => count > 1);
  return repeated.length === 1 && repeated[0]! <= 3 && passesMod11And10(digits);
};

/** The French number of social security (INSEE): sex, year, month, place, order, and a key of two digits to 97. Corsica has letters. */
export const isFrenchNir = (text: string): boolean => {
  const parts = /^([1-478]\d{2}\d{2})(\d{2}|2[AB])(\d{6})(\d{2})$/i.exec(text);
  if (parts === null) return false;
  const [, beginning = '', department = '', order = '', key = ''] = parts;
  const month = Number(beginning.slice(3));
  // 20 and above stand for months that nobody knew.
  if (month === 0 || (month > 12 && month < 20)) return false;
  const inDigits = department.toUpperCase().replace('2A', '19').replace('2B', '18');
  return 97 - (Number(`${beginning}${inDigits}${order}`) % 97) === Number(key);
};

const SSN =
  /(?<![\p{L}\p{N}_]|\d[.,-])(?:\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}|\d{9})(?![\p{L}\p{N}_]|[.,-]\d| \d)/gu;
const NINO = /(?<![\p{L}\p{N}_])[A-Za-z]{2}(?:\d{6}| \d{2} \d{2} \d{2} ?)[A-Da-d](?![\p{L}\p{N}_])/gu;
const TAX_ID = /(?<![\p{L}\p{N}_]|\d[.,-])(?:\d{11}|\d{2} \d{3} \d{3} \d{3})(?![\p{L}\p{N}_]|[.,-]\d| \d)/gu;
const NIR =
  /(?<![\p{L}\p{N}_]|\d[.,-])[1-478](?:\d{4}(?:\d{2}|2[ABab])\d{8}| \d{2} \d{2} (?:\d{2}|2[ABab]) \d{3} \d{3} \d{2})(?![\p{L}\p{N}_]|[.,-]\d)/gu;

const SSN_WORDS = /\b(?:ssn|social security)\b/i;
const TAX_ID_WORDS = /(?:steuer|\bidnr\b|\btax\b|\btin\b)/i;

const isNamed = (text: string, start: number, words: RegExp): boolean =>
  words.test(text.slice(Math.max(0, start - 40), start));
